package main

import (
	"encoding/json"
	"os"
)

const faultsFile = "/var/lib/calico/faults.json"

// faults of this node. /var/lib/calico is the node's own, so they outlive pods.
type faults struct {
	// So many starts end at once.
	Crashes int `json:"crashes,omitempty"`
	// How long a start takes before it comes to BIRD.
	StartSeconds float64 `json:"startSeconds,omitempty"`
	NeverReady   bool    `json:"neverReady,omitempty"`
	// No peer is asked to keep this node's routes, and it keeps those of no peer.
	NoGracefulRestart bool `json:"noGracefulRestart,omitempty"`
}

func readFaults() faults {
	var read faults
	if text, err := os.ReadFile(faultsFile); err == nil {
		_ = json.Unmarshal(text, &read)
	}
	return read
}

// countCrash takes one crash off the file.
func countCrash(read faults) error {
	read.Crashes--
	text, err := json.Marshal(read)
	if err != nil {
		return err
	}
	if err := os.WriteFile(faultsFile+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(faultsFile+".new", faultsFile)
}
