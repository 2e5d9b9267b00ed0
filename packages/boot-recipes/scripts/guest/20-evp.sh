# Authenticated and other modes that the command does not offer, compiled here.
cd /tmp && gcc -O1 -o evp /tests/evp.c -lcrypto || exit
for caps in 0x0 0x1 0x3d; do
  echo "capabilities $caps"
  OPENSSL_armcap=$caps ./evp
done
echo detected
./evp
