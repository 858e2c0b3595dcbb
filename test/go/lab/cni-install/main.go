// cni-install does what the command install of Calico's image cni does, for the standard plugins: they go to the
// node, with a configuration that takes addresses from the node's pod CIDR.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"calico-upgrade.test/lab/kube"
)

const (
	ours     = "/opt/cni/plugins"
	binaries = "/host/opt/cni/bin"
	network  = "/host/etc/cni/net.d"
)

func main() {
	node, err := kube.Own(os.Getenv("KUBERNETES_NODE_NAME"))
	if err != nil {
		log.Fatal(err)
	}
	plugins, err := os.ReadDir(ours)
	if err != nil {
		log.Fatal(err)
	}
	for _, plugin := range plugins {
		content, err := os.ReadFile(filepath.Join(ours, plugin.Name()))
		if err != nil {
			log.Fatal(err)
		}
		replace(filepath.Join(binaries, plugin.Name()), content, 0o755)
	}
	configuration, err := json.MarshalIndent(map[string]any{
		"name":       "k8s-pod-network",
		"cniVersion": "0.3.1",
		"plugins": []any{map[string]any{
			"type": "ptp",
			"ipam": map[string]any{
				"type":   "host-local",
				"subnet": node.PodCIDR,
				"routes": []any{map[string]any{"dst": "0.0.0.0/0"}},
			},
		}},
	}, "", "  ")
	if err != nil {
		log.Fatal(err)
	}
	replace(filepath.Join(network, os.Getenv("CNI_CONF_NAME")), configuration, 0o644)
}

// replace never leaves half a file: containerd watches the folder, and a plugin may be running.
func replace(path string, content []byte, mode os.FileMode) {
	draft := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	if err := os.WriteFile(draft, content, mode); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(draft, path); err != nil {
		log.Fatal(err)
	}
}
