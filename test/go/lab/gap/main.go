// gap answers on port 7777 (UDP and TCP echo) and talks to the same program on other nodes, ten times a second each:
// datagrams, one lasting TCP stream, and new TCP connections. What it sees goes to FOLDER/gaps.jsonl, a line an event:
//
//	{"time":"…","kind":"udp|stream|dial","to":"node-02","event":"gap|broken|failed|alive","ms":640}
//
// gap: an answer came after a silence of ms. broken: a stream ended after a silence of ms. failed: no new connection
// within a second. alive: once a second, with ms since the last answer, so that a silence that lasts is seen, too.
// Whom to talk to stands in FOLDER/targets.json: {"node-02":"10.244.1.3"}; it is waited for and read again when it changes.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	port     = ":7777"
	interval = 100 * time.Millisecond
	// Three answers in a row that did not come; less is the scheduling of a busy machine.
	limit   = 300 * time.Millisecond
	patient = time.Second
)

type event struct {
	Time  string `json:"time"`
	Kind  string `json:"kind"`
	To    string `json:"to"`
	Event string `json:"event"`
	Ms    int64  `json:"ms"`
}

var (
	mutex sync.Mutex
	lines *json.Encoder
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: gap FOLDER")
	}
	file, err := os.OpenFile(filepath.Join(os.Args[1], "gaps.jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		log.Fatal(err)
	}
	lines = json.NewEncoder(file)
	serve()
	watch(filepath.Join(os.Args[1], "targets.json"))
}

func say(kind, to, what string, silence time.Duration) {
	mutex.Lock()
	defer mutex.Unlock()
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00")
	if err := lines.Encode(event{now, kind, to, what, silence.Milliseconds()}); err != nil {
		log.Print(err)
	}
}

func serve() {
	listener, err := net.Listen("tcp", port)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				continue
			}
			go func() {
				defer connection.Close()
				_, _ = io.Copy(connection, connection)
			}()
		}
	}()
	datagrams, err := net.ListenPacket("udp", port)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		buffer := make([]byte, 64)
		for {
			if n, from, err := datagrams.ReadFrom(buffer); err == nil {
				_, _ = datagrams.WriteTo(buffer[:n], from)
			}
		}
	}()
}

// watch talks to the targets of the file until it names others.
func watch(path string) {
	var known string
	stop := make(chan struct{})
	for range time.Tick(interval) {
		text, err := os.ReadFile(path)
		if err != nil || string(text) == known {
			continue
		}
		targets := map[string]string{}
		if json.Unmarshal(text, &targets) != nil {
			continue
		}
		known = string(text)
		close(stop)
		stop = make(chan struct{})
		for name, ip := range targets {
			go datagrams(name, ip+port, stop)
			go stream(name, ip+port, stop)
			go dial(name, ip+port, stop)
		}
	}
}

// answers notes each answer of one conversation and says which silences there were.
type answers struct {
	mutex    sync.Mutex
	kind, to string
	last     time.Time
}

func (a *answers) came() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := time.Now()
	if silence := now.Sub(a.last); silence > limit {
		say(a.kind, a.to, "gap", silence)
	}
	a.last = now
}

func (a *answers) silence() time.Duration {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return time.Since(a.last)
}

func (a *answers) report(stop chan struct{}) {
	for range time.Tick(time.Second) {
		select {
		case <-stop:
			return
		default:
			say(a.kind, a.to, "alive", a.silence())
		}
	}
}

func datagrams(name, address string, stop chan struct{}) {
	connection, err := net.Dial("udp", address)
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	seen := &answers{kind: "udp", to: name, last: time.Now()}
	go seen.report(stop)
	go func() {
		buffer := make([]byte, 64)
		for {
			_, err := connection.Read(buffer)
			if err == nil {
				seen.came()
				continue
			}
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond): // Refused or unreachable, for now.
			}
		}
	}()
	for range time.Tick(interval) {
		select {
		case <-stop:
			return
		default:
			_, _ = connection.Write([]byte("x"))
		}
	}
}

func stream(name, address string, stop chan struct{}) {
	seen := &answers{kind: "stream", to: name, last: time.Now()}
	go seen.report(stop)
	for {
		select {
		case <-stop:
			return
		default:
		}
		connection, err := net.DialTimeout("tcp", address, patient)
		if err != nil {
			time.Sleep(interval)
			continue
		}
		if converse(connection, seen, stop) {
			return
		}
		say("stream", name, "broken", seen.silence())
	}
}

// converse answers whether it was told to stop; otherwise the stream broke.
func converse(connection net.Conn, seen *answers, stop chan struct{}) bool {
	broken := make(chan struct{})
	go func() {
		defer close(broken)
		buffer := make([]byte, 64)
		for {
			if _, err := connection.Read(buffer); err != nil {
				return
			}
			seen.came()
		}
	}()
	defer connection.Close()
	for tick := time.NewTicker(interval); ; {
		select {
		case <-stop:
			return true
		case <-broken:
			return false
		case <-tick.C:
			if _, err := connection.Write([]byte("x")); err != nil {
				return false
			}
		}
	}
}

func dial(name, address string, stop chan struct{}) {
	seen := &answers{kind: "dial", to: name, last: time.Now()}
	go seen.report(stop)
	for range time.Tick(interval) {
		select {
		case <-stop:
			return
		default:
		}
		began := time.Now()
		connection, err := net.DialTimeout("tcp", address, patient)
		if err != nil {
			say("dial", name, "failed", time.Since(began))
			continue
		}
		connection.Close()
		seen.came()
	}
}
