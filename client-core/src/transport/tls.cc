#include "transport/tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace haki::transport {
namespace {

std::optional<envelope::Pin> pin_of(X509* certificate) {
  if (certificate == nullptr) return std::nullopt;
  std::uint8_t* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return std::nullopt;
  envelope::Pin pin;
  const int hashed = EVP_Digest(der, static_cast<std::size_t>(size), pin.bytes.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  return hashed == 1 ? std::optional(pin) : std::nullopt;
}

bool asks_authorities(const Trust& trust) { return trust.pins.empty() && !trust.any_certificate; }

bool is_pinned(const std::optional<envelope::Pin>& pin, const Trust& trust) {
  if (!pin) return false;
  return trust.any_certificate || std::ranges::find(trust.pins, *pin) != trust.pins.end();
}

// Takes the place of OpenSSL's whole certificate check; runs before the client's Finished, so a server with another key
// learns nothing of the request.
int check_certificate(X509_STORE_CTX* store, void* argument) {
  const auto& trust = *static_cast<const Trust*>(argument);
  if (asks_authorities(trust)) return X509_verify_cert(store);
  if (is_pinned(pin_of(X509_STORE_CTX_get0_cert(store)), trust)) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

}  // namespace

ssl_ctx_st* make_client_context(const Trust& trust) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return nullptr;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // OpenSSL hands the argument back as it got it; check_certificate only reads it.
  SSL_CTX_set_cert_verify_callback(context, check_certificate, const_cast<Trust*>(&trust));
  if (asks_authorities(trust)) SSL_CTX_set_default_verify_paths(context);
  return context;
}

bool prepare(ssl_st* connection, const Endpoint& endpoint, const Trust& trust) {
  const bool numeric = is_numeric(endpoint.host);
  if (!numeric && SSL_set_tlsext_host_name(connection, endpoint.host.c_str()) != 1) return false;
  if (!asks_authorities(trust)) return true;
  if (numeric) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), endpoint.host.c_str()) == 1;
  return SSL_set1_host(connection, endpoint.host.c_str()) == 1;
}

std::optional<envelope::Pin> peer_pin(ssl_st* connection) { return pin_of(SSL_get0_peer_certificate(connection)); }

bool is_trusted(ssl_st* connection, const Trust& trust) {
  if (asks_authorities(trust)) return SSL_get_verify_result(connection) == X509_V_OK;
  return is_pinned(peer_pin(connection), trust);
}

HandshakeFailure explain_handshake(ssl_st* connection, unsigned long error_code, const Trust& trust) {
  switch (ERR_GET_REASON(error_code)) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      if (!asks_authorities(trust)) return {Failure::kOtherCertificate, {}};
      return {Failure::kUncheckedCertificate, X509_verify_cert_error_string(SSL_get_verify_result(connection))};
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
    case SSL_R_DATA_LENGTH_TOO_LONG:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_RECORD_TOO_SMALL:
      return {Failure::kNotTls, {}};
    default: break;
  }
  const char* reason = ERR_reason_error_string(error_code);
  return {Failure::kHandshakeFailed, reason != nullptr ? reason : ""};
}

void SavedSession::Free::operator()(ssl_session_st* session) const { SSL_SESSION_free(session); }

void SavedSession::keep(ssl_st* connection) {
  // Without this OpenSSL takes the missing close_notify for an attack and marks the session as not to be resumed.
  SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_SESSION* session = SSL_get1_session(connection);
  if (session == nullptr) return;
  session_.reset(session);
  if (SSL_SESSION_is_resumable(session) != 1) session_.reset();
}

void SavedSession::offer(ssl_st* connection) {
  if (session_) SSL_set_session(connection, session_.get());
}

}  // namespace haki::transport
