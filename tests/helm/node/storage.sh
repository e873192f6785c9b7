# To be sourced: where podman and buildah keep what these tests build, apart from the checkout and from the machine's own images.
# HAETAE_IMAGES names another folder. Nothing of it needs a registry or a daemon.
HAETAE_IMAGES=${HAETAE_IMAGES:-/var/tmp/haetae-images}
mkdir -p "$HAETAE_IMAGES"
export HAETAE_IMAGES CONTAINERS_STORAGE_CONF=$HAETAE_IMAGES/storage.conf CONTAINERS_CONF=$HAETAE_IMAGES/containers.conf
if [ ! -f "$CONTAINERS_STORAGE_CONF" ]; then
    printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$HAETAE_IMAGES" "$HAETAE_IMAGES" >"$CONTAINERS_STORAGE_CONF"
fi
if [ ! -f "$CONTAINERS_CONF" ]; then
    # crun refuses hybrid control groups, and the defaults for limits may be above what this machine allows
    printf '[containers]\ndefault_ulimits = ["nofile=%s:%s", "nproc=9000:9000"]\n' "$(ulimit -Hn)" "$(ulimit -Hn)" >"$CONTAINERS_CONF"
    printf '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\ntmp_dir = "%s/libpod"\n' "$HAETAE_IMAGES" >>"$CONTAINERS_CONF"
fi
