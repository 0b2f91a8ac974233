#include "transport/failure.h"

#include "base/assert.h"
#include "base/limits.h"

namespace haki::transport {
namespace {

std::string sentence(Failure failure, const Endpoint& endpoint, const std::string& bracket) {
  const std::string at = to_string(endpoint);
  switch (failure) {
    case Failure::kNone: break;
    case Failure::kNoSuchName:
      return "There is no server named " + endpoint.host + ". Check the address " + at + ", letter by letter.";
    case Failure::kNoNameService:
      return "The name " + endpoint.host + " cannot be looked up just now" + bracket +
             ". This device seems to have no network. Try again when it has.";
    case Failure::kRefused:
      return "The machine of " + at + " is there, but no server answers on port " + std::to_string(endpoint.port) +
             ". Check the address, or ask whoever runs the server whether it is on.";
    case Failure::kUnreachable:
      return "The network does not reach " + at + bracket + ". Check that this device is online, then try again.";
    case Failure::kTimedOut:
      return "The server at " + at + " did not answer in time. The network may be slow. Try again later.";
    case Failure::kStopped: return "The exchange with " + at + " was stopped before it ended.";
    case Failure::kClosed:
    case Failure::kBroken:
      return "The connection to the server at " + at + " ended before its answer was here. Try again.";
    case Failure::kUnanswered:
      return "What answers at " + at +
             " ended the connection without a word. If that server speaks TLS, its address begins with https://. "
             "Otherwise try again.";
    case Failure::kNotTls:
      return "What answers at " + at +
             " does not speak TLS, so nothing was sent to it. Check the port in the address. A server without TLS, "
             "which can only be on this same machine, has an address that begins with http://.";
    case Failure::kSpeaksTls:
      return "The server at " + at + " speaks TLS. Write its address with https:// in place of http://.";
    case Failure::kHandshakeCut:
      return "The connection to " + at +
             " ended while it was being made secure, so nothing was sent. Something on the way may not let it through. "
             "Try again, or from another network.";
    case Failure::kHandshakeFailed:
      return "No secure connection could be agreed with " + at + bracket +
             ", so nothing was sent. Check the address, and ask whoever runs the server to check its TLS settings.";
    case Failure::kOtherCertificate:
      return "The server at " + at +
             " shows another certificate than the one this coalition knows, so nothing was sent to it. Somebody may "
             "sit in between, or the server has a new key. Do not go on until the lead has confirmed the new "
             "certificate in person or by a channel you trust.";
    case Failure::kUncheckedCertificate:
      return "The certificate that " + at + " shows does not prove that it is that server" + bracket +
             ", so nothing was sent to it. Check the address and the date of this device. Do not go on until whoever "
             "runs the server has explained it.";
    case Failure::kNotHttp:
      return "What answers at " + at + " is not a Haki server: its answer is not HTTP. Check the address and its port.";
    case Failure::kHeaderTooLarge:
      return "The answer of " + at + " begins with more than Haki reads, so it was not read further. Check the "
             "address: a Haki server does not answer so.";
    case Failure::kBodyTooLarge:
      return "The answer of " + at + " is larger than the " +
             std::to_string(limits::kReplyBytesMax / (1024 * 1024)) +
             " MiB that Haki takes at once, so it was not read. Check the address: a Haki server does not answer so.";
  }
  HAKI_ASSERT(failure != Failure::kNone);
  return {};
}

}  // namespace

Error describe(Failure failure, const Endpoint& endpoint, std::string_view detail) {
  const std::string bracket = detail.empty() ? "" : " (" + std::string(detail) + ")";
  const bool untrusted = failure == Failure::kOtherCertificate || failure == Failure::kUncheckedCertificate;
  return {untrusted ? Code::kUntrusted : Code::kNetwork, sentence(failure, endpoint, bracket)};
}

}  // namespace haki::transport
