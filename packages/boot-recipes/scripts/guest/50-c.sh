# Compiled and run here: with and without the newer extensions, not optimized and optimized.
cd /tmp
build() {
  gcc "$@" && ./a.out && return
  echo "failed: gcc $*"
}
for o in -O0 '-O3 -ffast-math'; do
  echo "neon $o"
  build $o -march=armv8.2-a+fp16+dotprod+crypto+sha3+sm4+rdma+fp16fml /tests/neon.c -lm
done
for m in armv8-a armv8.6-a+fp16; do
  echo "loops $m"
  build -O3 -march=$m /tests/loops.c -lm
  echo "numbers $m"
  build -O2 -frounding-math -march=$m /tests/numbers.c -lm
  echo "threads $m"
  build -O2 -pthread -mbranch-protection=standard -march=$m /tests/threads.c -latomic
done
echo signals
build -O1 /tests/signals.c
echo steps
build -O1 /tests/steps.c
