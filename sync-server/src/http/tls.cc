#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "http/server.h"

namespace haki::http {

Result<std::array<std::uint8_t, 32>> certificate_pin(const std::string& certificate_file) {
  const Error unreadable{Code::kInvalid,
                         "The certificate file " + certificate_file +
                             " cannot be read. It must hold a certificate in PEM form, the server's own first."};
  const std::unique_ptr<BIO, int (*)(BIO*)> file(BIO_new_file(certificate_file.c_str(), "r"), BIO_free);
  if (!file) return unreadable;
  const std::unique_ptr<X509, void (*)(X509*)> certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr),
                                                           X509_free);
  if (!certificate) return unreadable;
  std::uint8_t* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &encoded);
  if (size <= 0) return unreadable;
  std::array<std::uint8_t, 32> pin{};
  unsigned written = 0;
  const int hashed = EVP_Digest(encoded, static_cast<std::size_t>(size), pin.data(), &written, EVP_sha256(), nullptr);
  OPENSSL_free(encoded);
  if (hashed != 1 || written != pin.size()) return unreadable;
  return pin;
}

}  // namespace haki::http
