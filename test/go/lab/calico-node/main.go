// calico-node of the lab: BIRD in a full mesh with graceful restart, configured from the list of nodes, with Calico's
// own rule for readiness. There is no Felix and no confd. It takes the arguments of Calico's program of this name:
// none, -init, -shutdown, and the flags of probes.
package main

import (
	"log"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"calico-upgrade.test/lab/kube"
)

// Beside the control socket, where the node has it, too.
const configFile = "/var/run/calico/bird.cfg"

func main() {
	log.SetFlags(log.Ldate | log.Ltime | log.Lmicroseconds | log.LUTC)
	switch args := os.Args[1:]; {
	case len(args) == 0:
		log.Fatal(run())
	case slices.ContainsFunc(args, func(arg string) bool { return strings.HasSuffix(arg, "-bird-ready") }):
		if err := ready(); err != nil {
			os.Stdout.WriteString("calico/node is not ready: BIRD is not ready: " + err.Error() + "\n")
			os.Exit(1)
		}
	case slices.ContainsFunc(args, func(arg string) bool { return strings.HasSuffix(arg, "-bird-live") }):
		if _, err := ask("show status"); err != nil && readFaults().StartSeconds == 0 {
			os.Stdout.WriteString("calico/node is not ready: bird is not live: " + err.Error() + "\n")
			os.Exit(1)
		}
	}
}

func run() error {
	wrong := readFaults()
	if wrong.Crashes > 0 {
		if err := countCrash(wrong); err != nil {
			return err
		}
		log.Fatalf("a fault of this node: this start ends; %d more will", wrong.Crashes-1)
	}
	time.Sleep(time.Duration(wrong.StartSeconds * float64(time.Second)))
	name := os.Getenv("NODENAME")
	own, err := kube.Own(name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(nodename, []byte(name), 0o644); err != nil {
		return err
	}
	written, err := wanted(own, wrong)
	if err != nil {
		return err
	}
	if err := os.WriteFile(configFile, []byte(written), 0o644); err != nil {
		return err
	}
	go keepBIRD()
	for range time.Tick(2 * time.Second) {
		next, err := wanted(own, wrong)
		if err != nil {
			log.Print(err)
			continue
		}
		if next == written {
			continue
		}
		if err := os.WriteFile(configFile, []byte(next), 0o644); err != nil {
			return err
		}
		lines, err := ask("configure")
		if err != nil {
			log.Print(err)
			continue
		}
		log.Print(lines)
		written = next
	}
	return nil
}

func wanted(own kube.Node, wrong faults) (string, error) {
	nodes, err := kube.Nodes()
	if err != nil {
		return "", err
	}
	restartTime, err := kube.RestartTime()
	if err != nil {
		return "", err
	}
	return configuration(own, nodes, restartTime, wrong), nil
}

// keepBIRD starts it as runit does in Calico's image, and again when it ends. SIGTERM does not reach it: a session
// that BIRD closes itself takes the routes along.
func keepBIRD() {
	for {
		bird := exec.Command("/usr/sbin/bird", "-R", "-d", "-s", controlSocket, "-c", configFile)
		bird.Stdout, bird.Stderr = os.Stdout, os.Stderr
		log.Print("bird ended: ", bird.Run())
		time.Sleep(time.Second)
	}
}
