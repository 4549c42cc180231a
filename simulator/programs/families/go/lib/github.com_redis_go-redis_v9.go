package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func send(client int, host string, port int, words []string, limit int64) (kind, text string, n int64, rows []any, why string)
func nextClient() int
func subscribe(client int, host string, port int, names []string, pattern bool) (int, string)
func message(number int) (kind, text string, n int64, rows []any, why string)

const KeepTTL = -1

type redisError string

func (e redisError) Error() string { return string(e) }
func (redisError) RedisError()     {}

const Nil = redisError("redis: nil")

var ErrClosed = errors.New("redis: client is closed")

type Options struct {
	Network, Addr, ClientName, Username, Password                                   string
	DB, Protocol, MaxRetries, PoolSize, MinIdleConns, MaxIdleConns, MaxActiveConns    int
	DialTimeout, ReadTimeout, WriteTimeout, PoolTimeout, MinRetryBackoff, MaxRetryBackoff, ConnMaxIdleTime, ConnMaxLifetime time.Duration
	ContextTimeoutEnabled bool
	TLSConfig any
	OnConnect func(ctx context.Context, cn any) error
}

type UniversalOptions struct {
	Addrs    []string
	Password string
	DB       int
}

func ParseURL(raw string) (*Options, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "redis" && u.Scheme != "rediss" {
		return nil, fmt.Errorf("redis: invalid URL scheme: %s", u.Scheme)
	}
	o := &Options{Addr: u.Host}
	if u.Port() == "" {
		o.Addr = u.Hostname() + ":6379"
	}
	if u.User != nil {
		o.Username = u.User.Username()
		o.Password, _ = u.User.Password()
	}
	if path := strings.Trim(u.Path, "/"); path != "" {
		o.DB, err = strconv.Atoi(path)
		if err != nil {
			return nil, fmt.Errorf("redis: invalid database number: %q", path)
		}
	}
	return o, nil
}

type Client struct {
	opt    *Options
	id     int
	host   string
	port   int
	ready  bool
	closed bool
}

func NewClient(opt *Options) *Client {
	if opt.Addr == "" {
		opt.Addr = "localhost:6379"
	}
	c := &Client{opt: opt, id: nextClient()}
	host, port, _ := strings.Cut(opt.Addr, ":")
	c.host = host
	c.port, _ = strconv.Atoi(port)
	return c
}
func NewUniversalClient(o *UniversalOptions) *Client {
	return NewClient(&Options{Addr: o.Addrs[0], Password: o.Password, DB: o.DB})
}

type Cmdable interface {
	Ping(ctx context.Context) *StatusCmd
	Get(ctx context.Context, key string) *StringCmd
	Set(ctx context.Context, key string, value any, expiration time.Duration) *StatusCmd
}
type UniversalClient = *Client

func (c *Client) Options() *Options { return c.opt }
func (c *Client) Close() error {
	c.closed = true
	return nil
}
func (c *Client) String() string { return "Redis<" + c.opt.Addr + " db:" + strconv.Itoa(c.opt.DB) + ">" }

func word(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case []byte:
		return string(x)
	case bool:
		if x {
			return "1"
		}
		return "0"
	case time.Duration:
		return strconv.FormatInt(x.Nanoseconds(), 10)
	case time.Time:
		return x.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}

func flat(args []any) []string {
	out := []string{}
	for _, a := range args {
		switch x := a.(type) {
		case []string:
			out = append(out, x...)
		case []any:
			out = append(out, flat(x)...)
		case map[string]any:
			for k, v := range x {
				out = append(out, k, word(v))
			}
		case map[string]string:
			for k, v := range x {
				out = append(out, k, v)
			}
		default:
			out = append(out, word(a))
		}
	}
	return out
}

type Cmd struct {
	args []string
	kind string
	text string
	n    int64
	rows []any
	err  error
}

func (c *Cmd) Err() error     { return c.err }
func (c *Cmd) SetErr(e error) { c.err = e }
func (c *Cmd) Args() []string { return c.args }
func (c *Cmd) Name() string   { return c.args[0] }

func (c *Client) do(ctx context.Context, block time.Duration, words ...string) Cmd {
	cmd := Cmd{args: words}
	if c.closed {
		cmd.err = ErrClosed
		return cmd
	}
	if ctx != nil {
		if err := ctx.Err(); err != nil {
			cmd.err = err
			return cmd
		}
	}
	if !c.ready {
		c.ready = true
		if c.opt.Password != "" {
			auth := []string{"AUTH", c.opt.Password}
			if c.opt.Username != "" {
				auth = []string{"AUTH", c.opt.Username, c.opt.Password}
			}
			c.ready = true
			if first := c.do(ctx, 0, auth...); first.err != nil {
				c.ready = false
				return first
			}
		}
		if c.opt.DB != 0 {
			if first := c.do(ctx, 0, "SELECT", strconv.Itoa(c.opt.DB)); first.err != nil {
				c.ready = false
				return first
			}
		}
	}
	limit := time.Duration(0)
	if block == 0 {
		limit = 3 * time.Second
		if c.opt.ReadTimeout > 0 {
			limit = c.opt.ReadTimeout
		}
	}
	if ctx != nil {
		if d, ok := ctx.Deadline(); ok {
			if left := time.Until(d); limit == 0 || left < limit {
				limit = left
			}
		}
	}
	result := make(chan Cmd, 1)
	run := func() {
		r := Cmd{args: words}
		why := ""
		for try := 0; try < 4; try++ {
			r.kind, r.text, r.n, r.rows, why = send(c.id, c.host, c.port, words, limit.Microseconds())
			if why != "EOF" || block != 0 {
				break
			}
			time.Sleep(8 * time.Millisecond << try)
		}
		if why == "EOF" {
			c.ready = false
			r.err = io.EOF
		} else if why != "" {
			if strings.HasPrefix(why, "dial") || why == "i/o timeout" {
				r.err = errors.New(why)
				c.ready = false
			} else {
				r.err = redisError(why)
			}
		} else if r.kind == "n" {
			r.err = Nil
		}
		result <- r
	}
	if ctx == nil || ctx.Done() == nil {
		run()
		return <-result
	}
	go run()
	select {
	case r := <-result:
		if r.err != nil && ctx.Err() != nil {
			r.err = ctx.Err()
		}
		return r
	case <-ctx.Done():
		cmd.err = ctx.Err()
		return cmd
	}
}

type StatusCmd struct{ Cmd }

func (c *StatusCmd) Val() string             { return c.text }
func (c *StatusCmd) Result() (string, error) { return c.text, c.err }
func (c *StatusCmd) String() string          { return show(&c.Cmd, c.text) }

type StringCmd struct{ Cmd }

func (c *StringCmd) Val() string             { return c.text }
func (c *StringCmd) Result() (string, error) { return c.text, c.err }
func (c *StringCmd) Bytes() ([]byte, error)  { return []byte(c.text), c.err }
func (c *StringCmd) Int() (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	return strconv.Atoi(c.text)
}
func (c *StringCmd) Int64() (int64, error) {
	if c.err != nil {
		return 0, c.err
	}
	return strconv.ParseInt(c.text, 10, 64)
}
func (c *StringCmd) Float64() (float64, error) {
	if c.err != nil {
		return 0, c.err
	}
	return strconv.ParseFloat(c.text, 64)
}
func (c *StringCmd) Bool() (bool, error) { return c.text == "1", c.err }
func (c *StringCmd) String() string      { return show(&c.Cmd, c.text) }

func show(c *Cmd, val string) string {
	if c.err != nil {
		return strings.Join(c.args, " ") + ": " + c.err.Error()
	}
	return strings.Join(c.args, " ") + ": " + val
}

type IntCmd struct{ Cmd }

func (c *IntCmd) Val() int64             { return c.n }
func (c *IntCmd) Result() (int64, error) { return c.n, c.err }
func (c *IntCmd) String() string         { return show(&c.Cmd, strconv.FormatInt(c.n, 10)) }

type BoolCmd struct{ Cmd }

func (c *BoolCmd) Val() bool             { return c.n == 1 || c.text == "OK" }
func (c *BoolCmd) Result() (bool, error) { return c.Val(), c.err }

type DurationCmd struct{ Cmd }

func (c *DurationCmd) Val() time.Duration             { return time.Duration(c.n) * time.Second }
func (c *DurationCmd) Result() (time.Duration, error) { return c.Val(), c.err }

type FloatCmd struct{ Cmd }

func (c *FloatCmd) Val() float64             { f, _ := strconv.ParseFloat(c.text, 64); return f }
func (c *FloatCmd) Result() (float64, error) { return c.Val(), c.err }

type StringSliceCmd struct{ Cmd }

func (c *StringSliceCmd) Val() []string {
	out := []string{}
	for _, r := range c.rows {
		out = append(out, word(r))
	}
	if c.err != nil {
		return nil
	}
	return out
}
func (c *StringSliceCmd) Result() ([]string, error) { return c.Val(), c.err }

type SliceCmd struct{ Cmd }

func (c *SliceCmd) Val() []any             { return c.rows }
func (c *SliceCmd) Result() ([]any, error) { return c.rows, c.err }

type MapStringStringCmd struct{ Cmd }

func (c *MapStringStringCmd) Val() map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(c.rows); i += 2 {
		m[word(c.rows[i])] = word(c.rows[i+1])
	}
	return m
}
func (c *MapStringStringCmd) Result() (map[string]string, error) { return c.Val(), c.err }

func (c *Cmd) Result() (any, error) { return c.Val(), c.err }
func (c *Cmd) Val() any {
	switch c.kind {
	case "s":
		return c.text
	case "i":
		return c.n
	case "l":
		return c.rows
	}
	return nil
}
func (c *Cmd) Text() (string, error) { return c.text, c.err }
func (c *Cmd) Int() (int, error)     { return int(c.n), c.err }

func (c *Client) Do(ctx context.Context, args ...any) *Cmd {
	r := c.do(ctx, 0, flat(args)...)
	return &r
}
func (c *Client) status(ctx context.Context, w ...string) *StatusCmd {
	return &StatusCmd{c.do(ctx, 0, w...)}
}
func (c *Client) integer(ctx context.Context, w ...string) *IntCmd {
	r := c.do(ctx, 0, w...)
	return &IntCmd{r}
}
func (c *Client) list(ctx context.Context, w ...string) *StringSliceCmd {
	r := c.do(ctx, 0, w...)
	if r.err == Nil {
		r.err = nil
	}
	return &StringSliceCmd{r}
}
func (c *Client) Ping(ctx context.Context) *StatusCmd            { return c.status(ctx, "ping") }
func (c *Client) FlushAll(ctx context.Context) *StatusCmd        { return c.status(ctx, "flushall") }
func (c *Client) FlushDB(ctx context.Context) *StatusCmd         { return c.status(ctx, "flushdb") }
func (c *Client) Info(ctx context.Context, s ...string) *StringCmd {
	return &StringCmd{c.do(ctx, 0, append([]string{"info"}, s...)...)}
}
func (c *Client) Get(ctx context.Context, key string) *StringCmd { return &StringCmd{c.do(ctx, 0, "get", key)} }
func (c *Client) GetDel(ctx context.Context, key string) *StringCmd {
	return &StringCmd{c.do(ctx, 0, "getdel", key)}
}
func (c *Client) GetSet(ctx context.Context, key string, v any) *StringCmd {
	return &StringCmd{c.do(ctx, 0, "getset", key, word(v))}
}
func (c *Client) Set(ctx context.Context, key string, value any, expiration time.Duration) *StatusCmd {
	w := []string{"set", key, word(value)}
	if expiration > 0 {
		if expiration%time.Second == 0 {
			w = append(w, "ex", strconv.FormatInt(int64(expiration/time.Second), 10))
		} else {
			w = append(w, "px", strconv.FormatInt(int64(expiration/time.Millisecond), 10))
		}
	} else if expiration == KeepTTL {
		w = append(w, "keepttl")
	}
	return c.status(ctx, w...)
}
func (c *Client) SetEx(ctx context.Context, key string, value any, expiration time.Duration) *StatusCmd {
	return c.Set(ctx, key, value, expiration)
}
func (c *Client) SetNX(ctx context.Context, key string, value any, expiration time.Duration) *BoolCmd {
	w := []string{"set", key, word(value)}
	if expiration > 0 {
		w = append(w, "px", strconv.FormatInt(int64(expiration/time.Millisecond), 10))
	}
	r := c.do(ctx, 0, append(w, "nx")...)
	if r.err == Nil {
		r.err = nil
	}
	return &BoolCmd{r}
}
func (c *Client) MGet(ctx context.Context, keys ...string) *SliceCmd {
	return &SliceCmd{c.do(ctx, 0, append([]string{"mget"}, keys...)...)}
}
func (c *Client) MSet(ctx context.Context, values ...any) *StatusCmd {
	return c.status(ctx, append([]string{"mset"}, flat(values)...)...)
}
func (c *Client) Incr(ctx context.Context, key string) *IntCmd { return c.integer(ctx, "incr", key) }
func (c *Client) Decr(ctx context.Context, key string) *IntCmd { return c.integer(ctx, "decr", key) }
func (c *Client) IncrBy(ctx context.Context, key string, n int64) *IntCmd {
	return c.integer(ctx, "incrby", key, strconv.FormatInt(n, 10))
}
func (c *Client) DecrBy(ctx context.Context, key string, n int64) *IntCmd {
	return c.integer(ctx, "decrby", key, strconv.FormatInt(n, 10))
}
func (c *Client) IncrByFloat(ctx context.Context, key string, f float64) *FloatCmd {
	return &FloatCmd{c.do(ctx, 0, "incrbyfloat", key, word(f))}
}
func (c *Client) Del(ctx context.Context, keys ...string) *IntCmd {
	return c.integer(ctx, append([]string{"del"}, keys...)...)
}
func (c *Client) Exists(ctx context.Context, keys ...string) *IntCmd {
	return c.integer(ctx, append([]string{"exists"}, keys...)...)
}
func (c *Client) Expire(ctx context.Context, key string, d time.Duration) *BoolCmd {
	return &BoolCmd{c.do(ctx, 0, "expire", key, strconv.FormatInt(int64(d/time.Second), 10))}
}
func (c *Client) TTL(ctx context.Context, key string) *DurationCmd { return &DurationCmd{c.do(ctx, 0, "ttl", key)} }
func (c *Client) Keys(ctx context.Context, pattern string) *StringSliceCmd {
	return c.list(ctx, "keys", pattern)
}
func (c *Client) DBSize(ctx context.Context) *IntCmd { return c.integer(ctx, "dbsize") }
func (c *Client) LPush(ctx context.Context, key string, v ...any) *IntCmd {
	return c.integer(ctx, append([]string{"lpush", key}, flat(v)...)...)
}
func (c *Client) RPush(ctx context.Context, key string, v ...any) *IntCmd {
	return c.integer(ctx, append([]string{"rpush", key}, flat(v)...)...)
}
func (c *Client) LPop(ctx context.Context, key string) *StringCmd { return &StringCmd{c.do(ctx, 0, "lpop", key)} }
func (c *Client) RPop(ctx context.Context, key string) *StringCmd { return &StringCmd{c.do(ctx, 0, "rpop", key)} }
func (c *Client) LLen(ctx context.Context, key string) *IntCmd    { return c.integer(ctx, "llen", key) }
func (c *Client) LRange(ctx context.Context, key string, start, stop int64) *StringSliceCmd {
	return c.list(ctx, "lrange", key, strconv.FormatInt(start, 10), strconv.FormatInt(stop, 10))
}
func (c *Client) LTrim(ctx context.Context, key string, start, stop int64) *StatusCmd {
	return c.status(ctx, "ltrim", key, strconv.FormatInt(start, 10), strconv.FormatInt(stop, 10))
}
func (c *Client) LRem(ctx context.Context, key string, n int64, v any) *IntCmd {
	return c.integer(ctx, "lrem", key, strconv.FormatInt(n, 10), word(v))
}
func (c *Client) pop(ctx context.Context, name string, timeout time.Duration, keys []string) *StringSliceCmd {
	w := append([]string{name}, keys...)
	w = append(w, strconv.FormatFloat(timeout.Seconds(), 'f', -1, 64))
	r := c.do(ctx, -1, w...)
	return &StringSliceCmd{r}
}
func (c *Client) BLPop(ctx context.Context, timeout time.Duration, keys ...string) *StringSliceCmd {
	return c.pop(ctx, "blpop", timeout, keys)
}
func (c *Client) BRPop(ctx context.Context, timeout time.Duration, keys ...string) *StringSliceCmd {
	return c.pop(ctx, "brpop", timeout, keys)
}
func (c *Client) BRPopLPush(ctx context.Context, source, destination string, timeout time.Duration) *StringCmd {
	return &StringCmd{c.do(ctx, -1, "brpoplpush", source, destination, strconv.FormatFloat(timeout.Seconds(), 'f', -1, 64))}
}
func (c *Client) RPopLPush(ctx context.Context, source, destination string) *StringCmd {
	return &StringCmd{c.do(ctx, 0, "rpoplpush", source, destination)}
}
func (c *Client) HSet(ctx context.Context, key string, v ...any) *IntCmd {
	return c.integer(ctx, append([]string{"hset", key}, flat(v)...)...)
}
func (c *Client) HGet(ctx context.Context, key, field string) *StringCmd {
	return &StringCmd{c.do(ctx, 0, "hget", key, field)}
}
func (c *Client) HGetAll(ctx context.Context, key string) *MapStringStringCmd {
	return &MapStringStringCmd{c.do(ctx, 0, "hgetall", key)}
}
func (c *Client) HDel(ctx context.Context, key string, f ...string) *IntCmd {
	return c.integer(ctx, append([]string{"hdel", key}, f...)...)
}
func (c *Client) HIncrBy(ctx context.Context, key, field string, n int64) *IntCmd {
	return c.integer(ctx, "hincrby", key, field, strconv.FormatInt(n, 10))
}
func (c *Client) SAdd(ctx context.Context, key string, v ...any) *IntCmd {
	return c.integer(ctx, append([]string{"sadd", key}, flat(v)...)...)
}
func (c *Client) SRem(ctx context.Context, key string, v ...any) *IntCmd {
	return c.integer(ctx, append([]string{"srem", key}, flat(v)...)...)
}
func (c *Client) SCard(ctx context.Context, key string) *IntCmd { return c.integer(ctx, "scard", key) }
func (c *Client) SMembers(ctx context.Context, key string) *StringSliceCmd {
	return c.list(ctx, "smembers", key)
}
func (c *Client) SIsMember(ctx context.Context, key string, v any) *BoolCmd {
	return &BoolCmd{c.do(ctx, 0, "sismember", key, word(v))}
}

type Z struct {
	Score  float64
	Member any
}

func (c *Client) ZAdd(ctx context.Context, key string, members ...Z) *IntCmd {
	w := []string{"zadd", key}
	for _, m := range members {
		w = append(w, word(m.Score), word(m.Member))
	}
	return c.integer(ctx, w...)
}
func (c *Client) ZRange(ctx context.Context, key string, start, stop int64) *StringSliceCmd {
	return c.list(ctx, "zrange", key, strconv.FormatInt(start, 10), strconv.FormatInt(stop, 10))
}
func (c *Client) ZRevRange(ctx context.Context, key string, start, stop int64) *StringSliceCmd {
	return c.list(ctx, "zrevrange", key, strconv.FormatInt(start, 10), strconv.FormatInt(stop, 10))
}
func (c *Client) ZIncrBy(ctx context.Context, key string, by float64, member string) *FloatCmd {
	return &FloatCmd{c.do(ctx, 0, "zincrby", key, word(by), member)}
}
func (c *Client) Publish(ctx context.Context, channel string, message any) *IntCmd {
	return c.integer(ctx, "publish", channel, word(message))
}

type Message struct {
	Channel, Pattern, Payload string
}
type PubSub struct {
	c      *Client
	ch     chan *Message
	number int
	err    error
}

func (c *Client) Subscribe(ctx context.Context, channels ...string) *PubSub {
	return c.listen(channels, false)
}
func (c *Client) PSubscribe(ctx context.Context, channels ...string) *PubSub {
	return c.listen(channels, true)
}
func (c *Client) listen(names []string, pattern bool) *PubSub {
	p := &PubSub{c: c, ch: make(chan *Message, 100)}
	number, why := subscribe(nextClient(), c.host, c.port, names, pattern)
	if why != "" {
		p.err = errors.New(why)
		return p
	}
	p.number = number
	go func() {
		for {
			_, _, _, rows, why := message(number)
			if why != "" {
				p.err = errors.New(why)
				return
			}
			if len(rows) >= 3 && word(rows[0]) == "message" {
				p.ch <- &Message{Channel: word(rows[1]), Payload: word(rows[2])}
			} else if len(rows) >= 4 && word(rows[0]) == "pmessage" {
				p.ch <- &Message{Pattern: word(rows[1]), Channel: word(rows[2]), Payload: word(rows[3])}
			}
		}
	}()
	return p
}
func (p *PubSub) Channel() <-chan *Message { return p.ch }
func (p *PubSub) Close() error             { return nil }
func (p *PubSub) Receive(ctx context.Context) (any, error) {
	if p.err != nil {
		return nil, p.err
	}
	return p, nil
}
func (p *PubSub) ReceiveMessage(ctx context.Context) (*Message, error) {
	if p.err != nil {
		return nil, p.err
	}
	select {
	case m := <-p.ch:
		return m, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
