# Digests, ciphers, signatures and key agreement of the openssl command, in every implementation that it can choose.
cd /tmp
seq 1 5000 >input
K=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
# Bits of OPENSSL_armcap: NEON 1, AES 4, SHA1 8, SHA256 16, PMULL 32, SHA512 64, SM3 512, SM4 1024, SHA3 2048.
for caps in detected 0x0 0x1 0x3d; do
  if [ $caps = detected ]; then unset OPENSSL_armcap; else export OPENSSL_armcap=$caps; fi
  echo "capabilities $caps"
  for d in md5 sha1 sha224 sha256 sha384 sha512 sha512-256 sha3-224 sha3-256 sha3-384 sha3-512 shake128 shake256 sm3 \
    blake2b512 blake2s256; do
    echo "$d $(openssl dgst -r -$d input | cut -d' ' -f1)"
  done
  for c in aes-128-ecb aes-128-cbc aes-192-cbc aes-256-cbc aes-128-ctr aes-256-ctr aes-128-cfb aes-256-cfb8 aes-192-ofb \
    sm4-ecb sm4-cbc sm4-ctr camellia-128-cbc aria-256-ctr chacha20; do
    case $c in *128* | sm4*) digits=32 ;; *192*) digits=48 ;; *) digits=64 ;; esac
    iv=(-iv f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff)
    case $c in *-ecb) iv=() ;; esac
    openssl enc -$c -K ${K:0:digits} "${iv[@]}" -in input -out cipher
    echo "$c $(openssl dgst -r -sha256 cipher | cut -d' ' -f1)"
  done
  for k in rsa p256 p384 p521 ed25519; do
    case $k in
      ed25519) openssl pkeyutl -verify -rawin -pubin -inkey /keys/$k.pub -sigfile /keys/$k.sig -in /keys/message ;;
      *) openssl dgst -sha256 -verify /keys/$k.pub -signature /keys/$k.sig /keys/message ;;
    esac
  done
  openssl dgst -sha256 -sign /keys/rsa.key input | openssl dgst -r -sha256
  openssl pkeyutl -sign -rawin -inkey /keys/ed25519.key -in /keys/message | openssl dgst -r -sha256
  for k in p256 p384 p521 x25519; do
    openssl pkeyutl -derive -inkey /keys/$k.key -peerkey /keys/$k-peer.pub | openssl dgst -r -sha256
  done
  openssl kdf -keylen 40 -kdfopt digest:SHA512 -kdfopt pass:word -kdfopt salt:pepper -kdfopt iter:2000 PBKDF2
  openssl kdf -keylen 40 -kdfopt pass:word -kdfopt salt:pepper -kdfopt n:1024 -kdfopt r:8 -kdfopt p:1 SCRYPT
  openssl prime 170141183460469231731687303715884105727
done
unset OPENSSL_armcap
openssl speed -seconds 1 -evp aes-128-gcm >/dev/null 2>&1
echo "speed: $?"
