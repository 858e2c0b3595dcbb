package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	// Where the node's folder and programs are found, whatever lies over the places where they were outside.
	inside   = "/run/node"
	programs = "/run/programs"
)

// tunables are what kubelet sets for the whole machine (pkg/kubelet/cm/container_manager_linux.go,
// setupKernelTunables). Here it sets files that only this node sees.
var tunables = []string{
	"vm/overcommit_memory",
	"vm/panic_on_oom",
	"kernel/panic",
	"kernel/panic_on_oops",
	"kernel/keys/root_maxkeys",
	"kernel/keys/root_maxbytes",
}

// setUpRoot makes the machine's files visible, and whatever is written to them the node's own (overlay). Only
// devices and cgroups are the machine's.
func setUpRoot(folder string, paths []string) error {
	disk := func(name string) string { return filepath.Join(folder, "disk", name) }
	root := filepath.Join(folder, "root")
	made := []string{root}
	for _, name := range []string{"files", "work", "var-lib", "var-log", "opt"} {
		made = append(made, disk(name))
	}
	for _, path := range made {
		if err := os.MkdirAll(path, 0o755); err != nil {
			return err
		}
	}
	within := func(path string) string { return root + path }
	layers := fmt.Sprintf("lowerdir=/,upperdir=%s,workdir=%s", disk("files"), disk("work"))
	steps := []mount{
		{"overlay", root, "overlay", 0, layers},
		{"proc", within("/proc"), "proc", 0, ""},
		{"sysfs", within("/sys"), "sysfs", 0, ""},
		{"/sys/fs/cgroup", within("/sys/fs/cgroup"), "", syscall.MS_BIND | syscall.MS_REC, ""},
		{"bpf", within("/sys/fs/bpf"), "bpf", 0, ""},
		{"/dev", within("/dev"), "", syscall.MS_BIND | syscall.MS_REC, ""},
		{"tmpfs", within("/run"), "tmpfs", 0, "mode=755"},
		{"tmpfs", within("/tmp"), "tmpfs", 0, ""},
		{disk("var-lib"), within("/var/lib"), "", syscall.MS_BIND, ""},
		{disk("var-log"), within("/var/log"), "", syscall.MS_BIND, ""},
		{disk("opt"), within("/opt"), "", syscall.MS_BIND, ""},
		{folder, within(inside), "", syscall.MS_BIND, ""},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return err
		}
	}
	for _, path := range paths {
		if err := (mount{path, within(programs + "/" + filepath.Base(path)), "file", syscall.MS_BIND, ""}).do(); err != nil {
			return err
		}
	}
	if err := hideTunables(root); err != nil {
		return err
	}
	// Nothing is looked up outside.
	if err := write(within("/etc/resolv.conf"), ""); err != nil {
		return err
	}
	return enter(root)
}

type mount struct {
	source, target, kind string
	flags                uintptr
	options              string
}

func (m mount) do() error {
	kind := m.kind
	if kind == "file" {
		kind = ""
		if err := os.MkdirAll(filepath.Dir(m.target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(m.target, nil, 0o755); err != nil {
			return err
		}
	} else if err := os.MkdirAll(m.target, 0o755); err != nil {
		return err
	}
	if err := syscall.Mount(m.source, m.target, kind, m.flags, m.options); err != nil {
		return fmt.Errorf("mount %s on %s: %w", m.source, m.target, err)
	}
	return nil
}

func hideTunables(root string) error {
	for _, name := range tunables {
		real := root + "/proc/sys/" + name
		content, err := os.ReadFile(real)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		stand := root + "/run/tunables/" + strings.ReplaceAll(name, "/", ".")
		if err := os.MkdirAll(filepath.Dir(stand), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(stand, content, 0o644); err != nil {
			return err
		}
		if err := syscall.Mount(stand, real, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount over %s: %w", real, err)
		}
	}
	return nil
}

// enter leaves the machine's root behind. Mounts are shared within the node: calico-node hands some to it.
func enter(root string) error {
	old := root + "/run/old"
	if err := os.MkdirAll(old, 0o755); err != nil {
		return err
	}
	if err := syscall.PivotRoot(root, old); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	if err := syscall.Unmount("/run/old", syscall.MNT_DETACH); err != nil {
		return err
	}
	return syscall.Mount("", "/", "", syscall.MS_SHARED|syscall.MS_REC, "")
}
