python3 /tests/programs.py
# Python's own tests. Only the verdict is kept: the rest has times.
for t in test_math test_cmath test_float test_complex test_long test_struct test_fractions test_strtod test_json test_re \
  test_zlib test_hashlib test_hmac test_binascii test_array test_bytes test_heapq test_dict test_ctypes test_thread \
  test_mmap; do
  python3 -m test -q $t >log 2>&1
  echo "$t: $? $(grep -E '^(Result|== Tests result|Tests result)' log | tail -1)"
  grep -E '^(FAIL|ERROR)' log
done
