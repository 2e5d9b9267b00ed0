/* Ciphers over many lengths, whole and in pieces, and MACs: a digest of each result. */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static unsigned char data[70000], out[70100], key[64], iv[16];

static void print(const char *name, const unsigned char *bytes, size_t n) {
  printf("%s ", name);
  for (size_t i = 0; i < n; i++) printf("%02x", bytes[i]);
  printf("\n");
}

static void cipher(const char *name) {
  static const int lengths[] = {16, 17, 31, 32, 64, 100, 127, 128, 129, 255, 256, 257, 511, 1000, 4096, 16385, 65536};
  EVP_CIPHER *c = EVP_CIPHER_fetch(0, name, 0);
  if (!c) {
    printf("%s: none\n", name);
    return;
  }
  EVP_MD_CTX *sum = EVP_MD_CTX_new();
  EVP_DigestInit_ex(sum, EVP_sha256(), 0);
  int mode = EVP_CIPHER_get_mode(c), aead = EVP_CIPHER_get_flags(c) & EVP_CIPH_FLAG_AEAD_CIPHER;
  int once = mode == EVP_CIPH_XTS_MODE || mode == EVP_CIPH_CCM_MODE || mode == EVP_CIPH_WRAP_MODE;
  for (unsigned k = 0; k < sizeof lengths / sizeof *lengths; k++) {
    int n = lengths[k], got = 0, total = 0;
    EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(x, c, 0, 0, 0);
    if (mode == EVP_CIPH_CCM_MODE) EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_TAG, 16, 0);
    EVP_EncryptInit_ex(x, 0, 0, key, iv);
    if (mode == EVP_CIPH_CCM_MODE) EVP_EncryptUpdate(x, 0, &got, 0, n);
    if (aead) EVP_EncryptUpdate(x, 0, &got, data + 7, 29);
    for (int at = 0; at < n; at += got) {
      int piece = once ? n : (n - at > 1 + 37 * (int)k ? 1 + 37 * (int)k : n - at);
      int wrote = 0;
      if (!EVP_EncryptUpdate(x, out + total, &wrote, data + at, piece)) break;
      total += wrote;
      got = piece;
    }
    got = 0;
    EVP_EncryptFinal_ex(x, out + total, &got);
    total += got;
    if (aead) {
      EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_GET_TAG, 16, out + total);
      total += 16;
    }
    EVP_DigestUpdate(sum, out, total);
    EVP_CIPHER_CTX_free(x);
  }
  unsigned char digest[32];
  EVP_DigestFinal_ex(sum, digest, 0);
  print(name, digest, 32);
  EVP_MD_CTX_free(sum);
  EVP_CIPHER_free(c);
}

static void mac(const char *name, const char *parameter, char *value) {
  EVP_MAC *m = EVP_MAC_fetch(0, name, 0);
  OSSL_PARAM p[] = {OSSL_PARAM_utf8_string(parameter, value, strlen(value)), OSSL_PARAM_END};
  for (int n = 0; n < 2000; n = n * 3 + 1) {
    EVP_MAC_CTX *x = EVP_MAC_CTX_new(m);
    size_t size = 0;
    unsigned char tag[64];
    EVP_MAC_init(x, key, strcmp(name, "CMAC") == 0 ? 16 : 32, *value ? p : 0);
    EVP_MAC_update(x, data, n);
    EVP_MAC_final(x, tag, &size, sizeof tag);
    print(name, tag, size);
    EVP_MAC_CTX_free(x);
  }
}

int main(void) {
  unsigned s = 1;
  for (unsigned i = 0; i < sizeof data; i++) data[i] = (s = s * 1664525 + 1013904223) >> 24;
  for (int i = 0; i < 64; i++) key[i] = 17 * i + 3;
  for (int i = 0; i < 16; i++) iv[i] = 255 - i;
  static const char *const names[] = {
      "AES-128-GCM", "AES-192-GCM", "AES-256-GCM", "AES-128-CCM", "AES-256-CCM", "AES-128-OCB", "AES-256-OCB",
      "AES-128-XTS", "AES-256-XTS", "AES-128-CTR", "AES-256-CTR", "AES-128-CBC", "AES-256-CBC", "AES-256-ECB",
      "AES-128-CFB", "AES-128-CFB1", "ChaCha20", "ChaCha20-Poly1305", "SM4-CTR", "SM4-CBC", "SM4-ECB",
      "CAMELLIA-256-CTR", "ARIA-128-GCM"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) cipher(names[i]);
  mac("HMAC", "digest", "SHA512");
  mac("HMAC", "digest", "SHA3-256");
  mac("CMAC", "cipher", "AES-128-CBC");
  mac("Poly1305", "", "");
  return 0;
}
