module calico-upgrade.test/lab

go 1.26.0
