// node-init FOLDER PROGRAM…: process 1 of a node, in pid, mount, uts, ipc and network namespaces that are its own
// (unshare made them; whoever did gives it the interface eth0). It sets a root up that nobody else sees, then starts
// containerd and kubelet, and again when they end. When it ends, all that runs on the node does: a power failure.
//
// FOLDER holds what the node keeps over a restart, its disk (disk/), and how it is set up (config/). PROGRAMs are
// paths of what runs there. To FOLDER go the ids: pid (this process, as seen from outside), and in namespaces of the
// node kubelet.pid and containerd.pid.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(log.Ldate | log.Ltime | log.Lmicroseconds | log.LUTC)
	if len(os.Args) < 3 {
		log.Fatal("usage: node-init FOLDER PROGRAM…")
	}
	folder, programs := os.Args[1], os.Args[2:]
	name := filepath.Base(folder)
	// /proc is still the one of outside.
	pid, err := os.Readlink("/proc/self")
	if err != nil {
		log.Fatal(err)
	}
	if err := write(filepath.Join(folder, "pid"), pid); err != nil {
		log.Fatal(err)
	}
	services, err := servicesOf(folder, name)
	if err != nil {
		log.Fatal(err)
	}
	if err := setUpRoot(folder, programs); err != nil {
		log.Fatal(err)
	}
	if err := setUpNetwork(name); err != nil {
		log.Fatal(err)
	}
	supervise(services)
}

func setUpNetwork(name string) error {
	if err := syscall.Sethostname([]byte(name)); err != nil {
		return err
	}
	if output, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("ip link set lo up: %s", output)
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if isUp("eth0") {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("nobody gave this node the interface eth0 with an address")
		}
	}
}

func isUp(name string) bool {
	found, err := net.InterfaceByName(name)
	if err != nil || found.Flags&net.FlagUp == 0 {
		return false
	}
	addresses, err := found.Addrs()
	return err == nil && len(addresses) > 0
}

// service is a program that is started again when it ends, as systemd does it.
type service struct {
	name    string
	args    []string
	log     *os.File
	pidFile string
	// A file that is there when it serves.
	socket string
}

func servicesOf(folder, name string) ([]*service, error) {
	all := []*service{
		{name: "containerd", args: []string{"--config", inside + "/config/containerd.toml"}, socket: "/run/containerd/containerd.sock"},
		{name: "kubelet", args: []string{
			"--config=" + inside + "/config/kubelet.yaml",
			"--kubeconfig=" + inside + "/config/kubeconfig",
			"--hostname-override=" + name,
			"--cert-dir=/var/lib/kubelet/pki",
			"--v=2",
		}},
	}
	for _, each := range all {
		each.pidFile = filepath.Join(inside, each.name+".pid")
		path := filepath.Join(folder, "log", each.name+".log")
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, err
		}
		each.log = file
	}
	return all, nil
}

func (s *service) start() (int, error) {
	process, err := os.StartProcess(programs+"/"+s.name, append([]string{s.name}, s.args...), &os.ProcAttr{
		Dir:   "/",
		Env:   []string{"PATH=" + programs + ":/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"},
		Files: []*os.File{nil, s.log, s.log},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 0, err
	}
	log.Print(s.name, " started")
	return process.Pid, write(s.pidFile, strconv.Itoa(process.Pid))
}

// supervise starts services in order, and reaps: a container's shim is a child of process 1, too.
func supervise(services []*service) {
	running := map[int]*service{}
	launch := func(s *service) {
		pid, err := s.start()
		if err != nil {
			log.Fatal(s.name, ": ", err)
		}
		running[pid] = s
	}
	for _, s := range services {
		launch(s)
		for deadline := time.Now().Add(time.Minute); s.socket != "" && !answers(s.socket); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				log.Fatal(s.name, " does not answer")
			}
		}
	}
	for {
		pid, err := syscall.Wait4(-1, nil, 0, nil)
		if err != nil {
			continue
		}
		if ended, is := running[pid]; is {
			log.Print(ended.name, " ended")
			delete(running, pid)
			time.Sleep(time.Second)
			launch(ended)
		}
	}
}

func answers(socket string) bool {
	connection, err := net.Dial("unix", socket)
	if err == nil {
		connection.Close()
	}
	return err == nil
}

func write(path, text string) error {
	if err := os.WriteFile(path+".new", []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
