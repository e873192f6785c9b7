#!/usr/bin/env bash
# Process 1 of a node under test, in namespaces of its own (processes, mounts, network, names, IPC): when it ends, all ends with it.
# Started by `up.py`. usage: init.sh FOLDER PROGRAMS   where FOLDER holds run/ with the configuration, PROGRAMS the binaries
set -euo pipefail
folder=$1 programs=$2
run=$folder/run data=$folder/var
source "$run/names.sh" # NODE, ADDRESS, LINK, SERVICES
cd "$run"
export PATH=$programs:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin

hostname "$NODE"
mount --make-rshared /
mkdir -p "$data/log" "$data/kubelet" "$data/volumes" "$run/settings" /tmp/hostpath_pv
mount --bind "$data/log" /var/log
mount --bind "$data/volumes" /tmp/hostpath_pv # where the controller manager makes volumes
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns

# The kubelet sets these for the whole machine; here it writes into plain files that lie over them.
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
    stand_in=$run/settings/${setting//\//_}
    cat "/proc/sys/$setting" >"$stand_in"
    mount --bind "$stand_in" "/proc/sys/$setting"
done

ip link set lo up
for _ in $(seq 200); do
    if ip link show "$LINK" >/dev/null 2>&1; then break; fi
    sleep 0.1
done
ip address add "$ADDRESS/30" dev "$LINK"
ip link set "$LINK" up
ip route add "$SERVICES" dev "$LINK" # kube-proxy rewrites these; without a route nobody would even try
ip route add unreachable default metric 4278198272
# Nothing in here opens a connection to the machine outside; the machine may open them.
nft "table ip fence { chain out { type filter hook postrouting priority 300; oifname \"$LINK\" ct state new drop; }; }"
echo 1 >/proc/sys/net/ipv4/ip_forward
[ ! -f /proc/sys/net/bridge/bridge-nf-call-iptables ] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
mkdir -p "$run/proc"
mount -t proc proc "$run/proc" # one with nothing over it, or pods in user namespaces may not mount theirs

start() { # NAME ARGUMENTS-FILE: one argument a line
    local arguments
    mapfile -t arguments <"$2"
    "$programs/$1" "${arguments[@]}" >"$1.log" 2>&1 &
}
start etcd etcd.arguments
start kube-apiserver kube-apiserver.arguments
containerd --config containerd.toml >containerd.log 2>&1 &
for _ in $(seq 300); do
    if kubectl --kubeconfig admin.kubeconfig get --raw /readyz >/dev/null 2>&1; then break; fi
    sleep 0.2
done
start kube-controller-manager kube-controller-manager.arguments
start kube-scheduler kube-scheduler.arguments
load() { ctr --address "$run/containerd.sock" --namespace k8s.io images import --no-unpack "$1" >>import.log 2>&1; }
load "$folder/images/pause.tar"
load "$folder/images/coredns.tar"
# The controller manager makes folders that only root may use; a class of volumes that a cluster is sold with does not.
while sleep 0.2; do chmod --quiet 0777 "$data"/volumes/* || true; done 2>/dev/null &
start kubelet kubelet.arguments
start kube-proxy kube-proxy.arguments
wait
