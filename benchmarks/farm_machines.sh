#!/bin/sh
# docs/FARM.md, "From two bare machines to a film", on one machine: two network namespaces with a cable between them are
# the machines, and the second one has no disk in common with the first but the system's own. Needs root, Linux, and
# python3 with an index of packages (or VENV, a virtual environment that has mariana-video[farm]).
#
#     sudo sh benchmarks/farm_machines.sh samples/bunny.mp4 --duration 2 --size 160x
set -eu

FILM=$(realpath "$1")
shift
ROOT=$(cd "$(dirname "$0")/.." && pwd)
WORK=$(mktemp -d /var/tmp/farm.XXXXXX) # /tmp is each machine's own
VENV=${VENV:-}

on() { # on MACHINE COMMAND …: runs a command there, with a home and a folder for temporary files of its own
    machine=$1
    shift
    mkdir -p "$WORK/$machine/tmp" "$WORK/$machine/ray"
    ip netns exec "farm-$machine" unshare -m --propagation private sh -c "
        mount --bind '$WORK/$machine/ray' /tmp
        [ '$machine' = head ] || mount -t tmpfs tmpfs '$WORK/film'
        cd '$WORK' && exec \"\$@\"" sh env HOME="$WORK/$machine" PATH="$VENV/bin:$PATH" PYTHONPATH="$ROOT" \
        RAY_AUTH_MODE=token OMP_NUM_THREADS=1 "$@"
}

down() {
    for machine in head second; do
        ip netns pids "farm-$machine" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
        ip netns del "farm-$machine" 2>/dev/null || true
    done
    rm -rf "$WORK"
}
trap down EXIT INT TERM

echo "two machines, a cable between them"
for machine in head second; do
    ip netns add "farm-$machine"
    ip -n "farm-$machine" link set lo up
done
ip link add farm0 netns farm-head type veth peer name farm0 netns farm-second
ip -n farm-head addr add 10.77.0.1/24 dev farm0
ip -n farm-second addr add 10.77.0.2/24 dev farm0
ip -n farm-head link set farm0 up
ip -n farm-second link set farm0 up

if [ -z "$VENV" ]; then
    VENV=$WORK/farm
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet "$ROOT[farm]"
fi
mkdir "$WORK/film" "$WORK/head" "$WORK/second"
cp "$FILM" "$WORK/film/film.mp4"

echo "a token on the head, brought to the second machine"
on head ray get-auth-token --generate >/dev/null
mkdir -p "$WORK/second/.ray"
cp "$WORK/head/.ray/auth_token" "$WORK/second/.ray/auth_token"

echo "ray start on both"
on head ray start --head --node-ip-address=10.77.0.1 --port=6379 --num-cpus=1 --disable-usage-stats >"$WORK/head.log" 2>&1
on second ray start --address=10.77.0.1:6379 --node-ip-address=10.77.0.2 --num-cpus=1 --disable-usage-stats \
    >"$WORK/second.log" 2>&1
on head ray status | grep -E "node_|CPU"

echo "the film by the farm, and by one machine alone"
on head python -m mariana_video video film/film.mp4 film/farm.mp4 --farm auto "$@"
on head python -m mariana_video video film/film.mp4 film/alone.mp4 "$@"
cmp "$WORK/film/farm.mp4" "$WORK/film/alone.mp4" && echo "the same film, byte for byte"
echo "sent to the second machine: $(cd "$WORK/second" && find . -path '*mariana-farm*' -name film.mp4 | wc -l) time"
