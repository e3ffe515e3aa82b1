# Read by image.sh and image-test.sh after lib.sh: an engine for containers with
# its images under build/, beside whatever the machine has. No daemon, no
# registry.

[ "$(id -u)" = 0 ] || die "containers need root: sudo make ..."

storage=$build/storage
image=localhost/nginx-edge
base=docker.io/library/debian:trixie-slim

export TMPDIR=$storage/tmp
export BUILDAH_ISOLATION=chroot
export CONTAINERS_STORAGE_CONF=$storage/storage.conf
export CONTAINERS_CONF=$storage/containers.conf

mkdir -p "$storage/tmp" "$build/logs"

cat > "$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "${EDGE_STORAGE_DRIVER:-overlay}"
graphroot = "$storage/root"
runroot = "$storage/run"
END

# Limits that are not above those of the machine, which may not be raised.
cat > "$CONTAINERS_CONF" <<END
[containers]
log_driver = "k8s-file"
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=4000:4000"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
tmp_dir = "$storage/tmp"
[network]
network_backend = "netavark"
network_config_dir = "$storage/networks"
END
