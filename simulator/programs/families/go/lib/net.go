package net

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

func lookup(host string) (string, string)
func dial(host string, port int) string
func address() string

type Addr interface {
	Network() string
	String() string
}
type Error interface {
	error
	Timeout() bool
	Temporary() bool
}
type OpError struct {
	Op, Net      string
	Source, Addr Addr
	Err          error
}

func (e *OpError) Error() string {
	text := e.Err.Error()
	if strings.HasPrefix(text, "lookup ") || strings.HasPrefix(text, "address ") {
		return e.Op + " " + e.Net + ": " + text
	}
	return e.Op + " " + e.Net + " " + text
}
func (e *OpError) Unwrap() error   { return e.Err }
func (e *OpError) Timeout() bool   { return strings.HasSuffix(e.Err.Error(), "i/o timeout") }
func (e *OpError) Temporary() bool { return false }

type DNSError struct {
	Err, Name, Server     string
	IsTimeout, IsNotFound bool
}

func (e *DNSError) Error() string {
	s := "lookup " + e.Name
	if e.Server != "" {
		s += " on " + e.Server
	}
	return s + ": " + e.Err
}
func (e *DNSError) Timeout() bool   { return e.IsTimeout }
func (e *DNSError) Temporary() bool { return false }

var ErrClosed = errors.New("use of closed network connection")

type IP []byte
type IPMask []byte

func ParseIP(s string) IP {
	parts := strings.Split(s, ".")
	if len(parts) != 4 {
		return nil
	}
	ip := IP{}
	for _, one := range parts {
		n, err := strconv.Atoi(one)
		if err != nil || n < 0 || n > 255 || len(one) > 1 && one[0] == '0' {
			return nil
		}
		ip = append(ip, byte(n))
	}
	return ip
}
func IPv4(a, b, c, d byte) IP { return IP{a, b, c, d} }
func (ip IP) String() string {
	if len(ip) == 0 {
		return "<nil>"
	}
	out := []string{}
	for _, b := range ip {
		out = append(out, strconv.Itoa(int(b)))
	}
	return strings.Join(out, ".")
}
func (ip IP) To4() IP             { return ip }
func (ip IP) To16() IP            { return ip }
func (ip IP) IsLoopback() bool    { return len(ip) == 4 && ip[0] == 127 }
func (ip IP) IsUnspecified() bool { return ip.String() == "0.0.0.0" }
func (ip IP) IsPrivate() bool {
	return len(ip) == 4 && (ip[0] == 10 || ip[0] == 172 && ip[1]&0xf0 == 16 || ip[0] == 192 && ip[1] == 168)
}
func (ip IP) Equal(x IP) bool { return string(ip) == string(x) }

type IPNet struct {
	IP   IP
	Mask IPMask
}

func (n *IPNet) Network() string { return "ip+net" }
func (n *IPNet) String() string  { return n.IP.String() + "/16" }

type TCPAddr struct {
	IP   IP
	Port int
	Zone string
}

func (a *TCPAddr) Network() string { return "tcp" }
func (a *TCPAddr) String() string  { return JoinHostPort(a.IP.String(), strconv.Itoa(a.Port)) }
func InterfaceAddrs() ([]Addr, error) {
	return []Addr{&IPNet{IP: IP{127, 0, 0, 1}}, &IPNet{IP: ParseIP(address())}}, nil
}

type Interface struct {
	Index, MTU int
	Name       string
}

func (i Interface) Addrs() ([]Addr, error) {
	all, err := InterfaceAddrs()
	return all[i.Index-1 : i.Index], err
}
func Interfaces() ([]Interface, error) { return []Interface{{1, 65536, "lo"}, {2, 1500, "eth0"}}, nil }
func JoinHostPort(host, port string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]:" + port
	}
	return host + ":" + port
}
func SplitHostPort(hostport string) (host, port string, err error) {
	i := strings.LastIndex(hostport, ":")
	if i < 0 {
		return "", "", errors.New("address " + hostport + ": missing port in address")
	}
	return strings.Trim(hostport[:i], "[]"), hostport[i+1:], nil
}
func LookupHost(host string) ([]string, error) {
	found, server := lookup(host)
	if found == "" {
		return nil, &DNSError{Err: "no such host", Name: host, Server: server, IsNotFound: true}
	}
	return []string{found}, nil
}
func LookupIP(host string) ([]IP, error) {
	all, err := LookupHost(host)
	if err != nil {
		return nil, err
	}
	return []IP{ParseIP(all[0])}, nil
}

type Conn interface {
	Read(b []byte) (n int, err error)
	Write(b []byte) (n int, err error)
	Close() error
	LocalAddr() Addr
	RemoteAddr() Addr
	SetDeadline(t time.Time) error
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
}

// Simplified: A connection that a Go program opens by itself can be opened and closed, which shows whether somebody listens; what is written to it is not read.
type conn struct{ to *TCPAddr }

func (c *conn) Read(b []byte) (int, error)         { return 0, errors.New("EOF") }
func (c *conn) Write(b []byte) (int, error)        { return len(b), nil }
func (c *conn) Close() error                       { return nil }
func (c *conn) LocalAddr() Addr                    { return &TCPAddr{IP: ParseIP(address()), Port: 40000} }
func (c *conn) RemoteAddr() Addr                   { return c.to }
func (c *conn) SetDeadline(t time.Time) error      { return nil }
func (c *conn) SetReadDeadline(t time.Time) error  { return nil }
func (c *conn) SetWriteDeadline(t time.Time) error { return nil }

type Dialer struct{ Timeout, KeepAlive time.Duration }

func (d *Dialer) Dial(network, addr string) (Conn, error) { return Dial(network, addr) }
func Dial(network, addr string) (Conn, error) {
	host, name, err := SplitHostPort(addr)
	if err != nil {
		return nil, &OpError{Op: "dial", Net: network, Err: err}
	}
	port, err := strconv.Atoi(name)
	if err != nil {
		return nil, &OpError{Op: "dial", Net: network, Err: errors.New("lookup " + network + "/" + name + ": unknown port")}
	}
	if strings.HasPrefix(network, "udp") {
		return &conn{&TCPAddr{IP: ParseIP(host), Port: port}}, nil
	}
	if why := dial(host, port); why != "" {
		_, words, _ := strings.Cut(why, "dial tcp")
		return nil, &OpError{Op: "dial", Net: network, Err: errors.New(strings.TrimPrefix(strings.TrimPrefix(words, ":"), " "))}
	}
	return &conn{&TCPAddr{IP: ParseIP(host), Port: port}}, nil
}
func DialTimeout(network, addr string, timeout time.Duration) (Conn, error) { return Dial(network, addr) }
