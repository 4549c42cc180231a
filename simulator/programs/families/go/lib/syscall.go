package syscall

type Signal string

func (s Signal) String() string { return string(s) }
func (s Signal) Signal()        {}

const (
	SIGHUP  = Signal("hangup")
	SIGINT  = Signal("interrupt")
	SIGQUIT = Signal("quit")
	SIGKILL = Signal("killed")
	SIGTERM = Signal("terminated")
	SIGUSR1 = Signal("user defined signal 1")
	SIGUSR2 = Signal("user defined signal 2")
)

func Getpid() int { return 1 }
