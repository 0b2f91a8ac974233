// Whom a TLS connection trusts, on OpenSSL.
//
// A pin names the key of whatever ends TLS, not a certificate: a renewed, expired or not-yet-valid certificate with the
// same key is still that server, so a phone whose clock is years off connects. TLS here keeps the metadata from people
// on the way; that the server is the coalition's own is proved again by the MAC and signatures of the protocol itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "envelope/names.h"
#include "transport/endpoint.h"
#include "transport/failure.h"

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace haki::transport {

struct Trust {
  // The server's key is one of these; an authority, a host name or a date is then not asked.
  std::vector<envelope::Pin> pins;
  // First contact only: any key passes, and the caller checks HttpClient::peer_pin() against what the server signs.
  bool any_certificate = false;
  // Neither: the certificate authorities of this device decide, as in a browser.
};

// TLS 1.2 and later, with `trust` decided inside the handshake, before anything is sent. The caller owns the result;
// null when memory is out. `trust` must outlive it.
ssl_ctx_st* make_client_context(const Trust& trust);

// Names the server (SNI, unless the host is an address in numbers) and, without pins, whom its certificate must name.
bool prepare(ssl_st* connection, const Endpoint& endpoint, const Trust& trust);

// The key of the other side, also of a resumed session; empty before the handshake.
std::optional<envelope::Pin> peer_pin(ssl_st* connection);

// Checked once more after the handshake, since resuming a session asks for no certificate.
bool is_trusted(ssl_st* connection, const Trust& trust);

struct HandshakeFailure {
  Failure failure;
  std::string detail;
};
// What an OpenSSL error code of a failed handshake means.
HandshakeFailure explain_handshake(ssl_st* connection, unsigned long error_code, const Trust& trust);

// The newest session of the server, for the next connection of the same HttpClient: one round trip and the certificate
// bytes less. Held in memory only.
class SavedSession {
 public:
  void keep(ssl_st* connection);   // to be called before `connection` is freed
  void offer(ssl_st* connection);  // before its handshake
  void forget() { session_.reset(); }

 private:
  struct Free {
    void operator()(ssl_session_st* session) const;
  };
  std::unique_ptr<ssl_session_st, Free> session_;
};

}  // namespace haki::transport
