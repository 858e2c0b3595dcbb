// forward LISTEN NETNS TARGET: connections to LISTEN in the network namespace that it is started in go to TARGET in
// the namespace that the file NETNS stands for.
//
// A socket stays in the namespace that it was made in: this program listens, then runs itself again through
// nsenter with the listening socket in hand. The process id stays the same.
package main

import (
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"syscall"
)

const inherited = "FORWARD_LISTENER"

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: forward LISTEN NETNS TARGET")
	}
	if os.Getenv(inherited) == "" {
		log.Fatal(enter(os.Args[1], os.Args[2]))
	}
	listener, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		log.Fatal(err)
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go carry(client, os.Args[3])
	}
}

func enter(listen, namespace string) error {
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		return err
	}
	// A copy without close-on-exec.
	if err := syscall.Dup3(int(file.Fd()), 3, 0); err != nil {
		return err
	}
	nsenter, err := exec.LookPath("nsenter")
	if err != nil {
		return err
	}
	own, err := os.Executable()
	if err != nil {
		return err
	}
	args := append([]string{"nsenter", "--net=" + namespace, own}, os.Args[1:]...)
	return syscall.Exec(nsenter, args, append(os.Environ(), inherited+"=3"))
}

func carry(client net.Conn, target string) {
	defer client.Close()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(client, server)
	_ = client.(*net.TCPConn).CloseWrite()
}
