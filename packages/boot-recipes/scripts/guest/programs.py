# Floats printed exactly, big integers, decimals, text, hashes, compression, threads and processes.
import bz2, cmath, collections, concurrent.futures, ctypes, decimal, fractions, functools, hashlib, hmac, itertools, json
import lzma, math, random, re, statistics, struct, subprocess, sys, unicodedata, zlib


def digest(value):
    return hashlib.sha256(repr(value).encode()).hexdigest()[:32]


corner = [0.0, -0.0, 1.0, -1.0, 0.1, 1 / 3, 1e308, -1e308, 5e-324, sys.float_info.min, sys.float_info.max, math.inf,
          -math.inf, math.nan, 2.0**53, 2.0**63, 2.0**64, 1e15 + 0.3, 0.49999999999999994, 4503599627370497.5, 1e-7, 710.0]
for name in sorted(n for n in dir(math) if not n.startswith('_')):
    f = getattr(math, name)
    if not callable(f):
        print(name, repr(f))
        continue
    results = []
    for args in itertools.chain(((x,) for x in corner), itertools.product(corner, corner)):
        try:
            v = f(*args)
            results.append('nan' if v != v else v.hex() if isinstance(v, float) else repr(v))
        except (TypeError, ArithmeticError, ValueError) as e:
            results.append(type(e).__name__)
        if name in ('factorial', 'comb', 'perm'):
            break
    print(name, len(results), digest(results))


def or_error(f, *args):
    try:
        return f(*args)
    except (ValueError, OverflowError) as e:
        return str(e)


for name in ('sqrt', 'exp', 'log', 'sin', 'cos', 'tan', 'asin', 'acosh', 'atanh', 'phase', 'polar'):
    f = getattr(cmath, name)
    print(name, digest([or_error(f, complex(a, b)) for a in (-2.5, -0.0, 0.3, 7) for b in (-1.5, 0.0, 0.4, 9)]))
rng = random.Random(20240229)
values = [rng.uniform(-1e6, 1e6) for _ in range(3000)] + [rng.gauss(0, 1) for _ in range(3000)]
print(repr(sum(values)), repr(math.fsum(values)), repr(statistics.stdev(values)), repr(statistics.median(values)))
print(digest([float(repr(v)) == v for v in values]), digest([v.hex() for v in values]), digest([f'{v:.3e}' for v in values]))
for bits in range(0, 2000):
    word = rng.getrandbits(64)
    v = struct.unpack('<d', struct.pack('<Q', word))[0]
    w = struct.unpack('<f', struct.pack('<I', word & 0xffffffff))[0]
    values.append((repr(v), repr(w), int(v) if v == v and abs(v) < 1e300 else 0))
print(digest(values))
print(digest(struct.pack('<eee', 1.5, 65504.0, 6e-8)), digest([round(x / 7, 2) for x in range(-200, 200)]))
a, b = 3**2000 + 1, 7**1500 - 1
print(digest([a * b, a // b, b % a, pow(a, b, 2**521 - 1), math.gcd(a, b), math.isqrt(a), -a >> 17, a ^ b, a & -b]))
sys.set_int_max_str_digits(0)
print(str(2**4423 - 1)[-40:], len(str(3**20000)), digest(math.factorial(2000)))
decimal.getcontext().prec = 200
print(decimal.Decimal(2).sqrt(), decimal.Decimal(1).exp(), decimal.Decimal(10).ln())
print(fractions.Fraction(math.pi).limit_denominator(10**6), sum(fractions.Fraction(1, k) for k in range(1, 120)))
data = bytes(rng.getrandbits(8) for _ in range(50000)) + b'abc' * 20000
for name in sorted(hashlib.algorithms_guaranteed):
    h = hashlib.new(name, data)
    print(name, h.hexdigest(20) if name.startswith('shake') else h.hexdigest())
print(hmac.new(b'key', data, 'sha512').hexdigest(), hashlib.pbkdf2_hmac('sha256', b'p', b's', 1000).hex())
for level in (1, 6, 9):
    packed = zlib.compress(data, level)
    print(level, len(packed), zlib.crc32(packed), zlib.adler32(data), zlib.decompress(packed) == data)
print(digest(bz2.compress(data)), digest(lzma.compress(data, preset=1)), lzma.decompress(lzma.compress(data)) == data)
text = ' '.join(f'{w}{i} <{w}@host{i % 7}.example> {i * 0.37:.3f}' for i, w in enumerate(['alpha', 'Beta', 'gämma', 'ΔΕΛΤΑ'] * 800))
words = collections.Counter(re.findall(r'\b[^\W\d_]+', text))
print(sorted(words.items()), digest(re.sub(r'<(\w+)@(\w+)\.example>', lambda m: m[2].upper() + m[1][::-1], text)))
print(digest([unicodedata.normalize('NFKD', c) for c in map(chr, range(0xa0, 0x3000))]), digest(text.casefold()))
tree = {'k%d' % i: [i, i / 3, None, {'deep': [True, 'é\n', -1e-9]}] for i in range(300)}
print(json.loads(json.dumps(tree)) == tree, digest(json.dumps(tree, sort_keys=True)))


@functools.lru_cache(None)
def paths(x, y):
    return 1 if not x or not y else paths(x - 1, y) + paths(x, y - 1)


print(paths(150, 150))
grid = [[(i * j + i) % 97 / 13 for j in range(40)] for i in range(40)]
product = [[sum(x * y for x, y in zip(row, column)) for column in zip(*grid)] for row in grid]
print(digest(product))
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda n: hashlib.sha1(data * n).hexdigest()[:12], range(1, 9))))
libm = ctypes.CDLL('libm.so.6')
libm.fma.restype = ctypes.c_double
libm.fma.argtypes = [ctypes.c_double] * 3
print(libm.fma(1 + 2**-30, 1 + 2**-30, -1).hex())
print([subprocess.run(['sh', '-c', f'echo $(({n} * {n})); exit {n}'], capture_output=True) for n in (3, 5)])
