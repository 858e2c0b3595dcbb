// Package kube reads the list of nodes as a pod's service account may.
package kube

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

const account = "/var/run/secrets/kubernetes.io/serviceaccount"

// Node is what routing needs of one: where it is, and which addresses its pods have.
type Node struct {
	Name    string
	IP      string
	PodCIDR string
}

// Nodes answers those that have an address and a pod CIDR, in the server's order: by name.
func Nodes() ([]Node, error) {
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Spec     struct{ PodCIDR string }
			Status   struct {
				Addresses []struct{ Type, Address string }
			}
		}
	}
	if _, err := get("/api/v1/nodes", &list); err != nil {
		return nil, err
	}
	var nodes []Node
	for _, item := range list.Items {
		node := Node{Name: item.Metadata.Name, PodCIDR: item.Spec.PodCIDR}
		for _, address := range item.Status.Addresses {
			if address.Type == "InternalIP" {
				node.IP = address.Address
			}
		}
		if node.IP != "" && node.PodCIDR != "" {
			nodes = append(nodes, node)
		}
	}
	return nodes, nil
}

// Own waits until the node of this name can be routed to.
func Own(name string) (Node, error) {
	var last error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(500 * time.Millisecond) {
		nodes, err := Nodes()
		last = err
		for _, node := range nodes {
			if node.Name == name {
				return node, nil
			}
		}
	}
	return Node{}, fmt.Errorf("node %q has no address and pod CIDR: %v", name, last)
}

// RestartTime is BGPConfiguration's nodeMeshMaxRestartTime: how long peers keep a node's routes without a session;
// 120 s where it says nothing, as in Calico.
func RestartTime() (time.Duration, error) {
	var configuration struct {
		Spec struct{ NodeMeshMaxRestartTime string }
	}
	status, err := get("/apis/crd.projectcalico.org/v1/bgpconfigurations/default", &configuration)
	if status == http.StatusNotFound || err == nil && configuration.Spec.NodeMeshMaxRestartTime == "" {
		return 120 * time.Second, nil
	}
	if err != nil {
		return 0, err
	}
	return time.ParseDuration(configuration.Spec.NodeMeshMaxRestartTime)
}

func get(path string, into any) (status int, err error) {
	token, err := os.ReadFile(filepath.Join(account, "token"))
	if err != nil {
		return 0, err
	}
	authority, err := os.ReadFile(filepath.Join(account, "ca.crt"))
	if err != nil {
		return 0, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	client := http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
	}
	server := net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	request, err := http.NewRequest(http.MethodGet, "https://"+server+path, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+string(token))
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode, fmt.Errorf("GET %s: %s", path, response.Status)
	}
	return response.StatusCode, json.NewDecoder(response.Body).Decode(into)
}
