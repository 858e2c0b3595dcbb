package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	nodename = "/var/lib/calico/nodename"
	// After this one session is enough (node/pkg/health/health.go, v3.30).
	allSessions = 30 * time.Second
)

// ready is calico-node's own rule: for its first half minute it wants every session and the end of a graceful
// restart, later one session.
func ready() error {
	started, err := os.Stat(nodename)
	if err != nil {
		return fmt.Errorf("Failed to stat() nodename file: %w", err)
	}
	if readFaults().NeverReady {
		return errors.New("a fault of this node: it never is")
	}
	missing, peers, err := notEstablished()
	switch {
	case err != nil:
		return err
	case peers == 0:
		return nil
	case time.Since(started.ModTime()) < allSessions && len(missing) > 0, len(missing) == peers:
		return fmt.Errorf("BGP not established with %s", strings.Join(missing, ","))
	case time.Since(started.ModTime()) >= allSessions:
		return nil
	}
	restarting, err := restartInProgress()
	if err == nil && restarting {
		return errors.New("graceful restart in progress")
	}
	return err
}
