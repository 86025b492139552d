/* Probe: OpenSSL's libcrypto makes an Ed25519 key, signs with it, and verifies. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

static void version_print(void)
{
    unsigned long number = OpenSSL_version_num();
    unsigned major = (unsigned)(number >> 28);
    unsigned minor = (unsigned)(number >> 20) & 0xff;
    /* 0xMNN00PP0 since 3.0, 0xMNNFFPP0 before: the third part has moved. */
    unsigned third = (unsigned)(number >> (major >= 3 ? 4 : 12)) & 0xff;

    printf("%u.%u.%u\n", major, minor, third);
}

static EVP_PKEY *key_create(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, NULL);

    if (maker && EVP_PKEY_keygen_init(maker) == 1)
        EVP_PKEY_keygen(maker, &key);
    EVP_PKEY_CTX_free(maker);
    return key;
}

static int text_is_signed(EVP_PKEY *key, const unsigned char *text, size_t length,
                          unsigned char *signature, size_t *signature_length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int ok = context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestSign(context, signature, signature_length, text, length) == 1;

    EVP_MD_CTX_free(context);
    return ok;
}

static int signature_holds(EVP_PKEY *key, const unsigned char *text, size_t length,
                           const unsigned char *signature, size_t signature_length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int ok = context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestVerify(context, signature, signature_length, text, length) == 1;

    EVP_MD_CTX_free(context);
    return ok;
}

int main(void)
{
    unsigned char text[] = "1700000000|{}";
    unsigned char signature[64];
    size_t signature_length = sizeof signature;

    version_print();
    EVP_PKEY *key = key_create();
    if (!key || !text_is_signed(key, text, sizeof text, signature, &signature_length) ||
        !signature_holds(key, text, sizeof text, signature, signature_length)) {
        fprintf(stderr, "an Ed25519 signature is not made, or not accepted\n");
        return 1;
    }
    text[0] ^= 1;
    if (signature_holds(key, text, sizeof text, signature, signature_length)) {
        fprintf(stderr, "an Ed25519 signature is accepted for another text\n");
        return 1;
    }
    EVP_PKEY_free(key);
    return 0;
}
