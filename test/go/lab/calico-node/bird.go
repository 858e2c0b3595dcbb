package main

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"calico-upgrade.test/lab/kube"
)

const controlSocket = "/var/run/calico/bird.ctl"

// configuration is what Calico's bird.cfg.template makes (confd/etc/calico/confd/templates) for a full mesh of
// nodes without encapsulation, each with one block of addresses: its pod CIDR.
func configuration(own kube.Node, nodes []kube.Node, restartTime time.Duration, wrong faults) string {
	restart := fmt.Sprintf("graceful restart;\n  graceful restart time %d", int(restartTime.Seconds()))
	if wrong.NoGracefulRestart {
		restart = "graceful restart off"
	}
	var text strings.Builder
	fmt.Fprintf(&text, `router id %[1]s;
protocol kernel {
  learn;
  persist;
  scan time 2;
  import all;
  export filter { if source = RTS_BGP || source = RTS_STATIC then accept; reject; };
  graceful restart;
  merge paths on;
}
protocol device { scan time 2; }
protocol direct { interface -"veth*", "*"; }
protocol static { route %[2]s blackhole; }
template bgp bgp_template {
  local as 64512;
  multihop;
  gateway recursive;
  source address %[1]s;
  import all;
  export filter { if source = RTS_STATIC && net = %[2]s then accept; reject; };
  add paths on;
  %[3]s;
  connect delay time 2;
  connect retry time 5;
  error wait time 5,30;
}
`, own.IP, own.PodCIDR, restart)
	for _, peer := range nodes {
		if peer.Name == own.Name {
			continue
		}
		// Only one side connects: otherwise a second connection would end the graceful restart of the first.
		passive := ""
		if peer.IP > own.IP {
			passive = " passive on;"
		}
		fmt.Fprintf(&text, "protocol bgp %s from bgp_template { neighbor %s as 64512;%s }\n", meshName(peer), peer.IP, passive)
	}
	return text.String()
}

func meshName(peer kube.Node) string {
	return "Mesh_" + strings.ReplaceAll(peer.IP, ".", "_")
}

// ask sends one command to BIRD's control socket and answers its lines, without their codes.
func ask(command string) ([]string, error) {
	connection, err := net.DialTimeout("unix", controlSocket, time.Second)
	if err != nil {
		return nil, fmt.Errorf("unable to connect to BIRDv4 socket: %w", err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(5 * time.Second))
	reader := bufio.NewReader(connection)
	if _, err := reader.ReadString('\n'); err != nil { // The greeting.
		return nil, err
	}
	if _, err := fmt.Fprintln(connection, command); err != nil {
		return nil, err
	}
	var lines []string
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return lines, err
		}
		line = strings.TrimRight(line, "\n")
		// "1002-Mesh_10_99_0_12 BGP …" goes on, " Mesh_…" too, "0000 " ends.
		switch {
		case strings.HasPrefix(line, " "):
			lines = append(lines, line[1:])
		case len(line) > 4 && line[4] == '-':
			lines = append(lines, line[5:])
		default:
			if len(line) > 5 {
				lines = append(lines, line[5:])
			}
			return lines, nil
		}
	}
}

// notEstablished answers the peers without a session, and how many there are in all.
func notEstablished() (missing []string, peers int, err error) {
	lines, err := ask("show protocols")
	if err != nil {
		return nil, 0, err
	}
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[1] != "BGP" {
			continue
		}
		peers++
		if !slices.Contains(fields, "Established") {
			missing = append(missing, strings.ReplaceAll(strings.TrimPrefix(fields[0], "Mesh_"), "_", "."))
		}
	}
	return missing, peers, nil
}

func restartInProgress() (bool, error) {
	lines, err := ask("show status")
	for _, line := range lines {
		if strings.Contains(line, "Graceful restart recovery in progress") {
			return true, nil
		}
	}
	return false, err
}
