// Every way an exchange with a server can fail, and the sentence for each.
#pragma once

#include <string_view>

#include "haki/result.h"
#include "transport/endpoint.h"

namespace haki::transport {

enum class Failure {
  kNone,
  kNoSuchName,            // the name service knows no such name
  kNoNameService,         // the name service does not answer
  kRefused,               // the machine is there, nothing listens on the port
  kUnreachable,           // no way to the machine
  kTimedOut,              // the deadline of the request passed
  kStopped,               // HttpClient::cancel()
  kClosed,                // the other side ended the connection in an orderly way
  kBroken,                // the connection ended in another way
  kUnanswered,            // as kClosed or kBroken, on plain http, before any byte came back
  kNotTls,                // an https address where something else than TLS answers
  kSpeaksTls,             // an http address where TLS answers
  kHandshakeCut,          // the connection ended during the TLS handshake
  kHandshakeFailed,       // TLS answers, but no common ground
  kOtherCertificate,      // not one of the pinned keys
  kUncheckedCertificate,  // no pins, and the device's own certificate check says no
  kNotHttp,               // the answer is not HTTP
  kHeaderTooLarge,
  kBodyTooLarge,
};

// Precondition: failure != kNone. `detail`, where a library gave one, is the part in brackets for whoever runs the
// server. kUntrusted for the two certificate failures, kNetwork for all others.
Error describe(Failure failure, const Endpoint& endpoint, std::string_view detail = {});

}  // namespace haki::transport
