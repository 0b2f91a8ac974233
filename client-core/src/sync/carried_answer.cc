#include "sync/carried_answer.h"

namespace haki::sync {

Result<CarriedAnswer> read_carried_answer(const CoalitionId& org, const DeviceId& device, const crypto::VerifyKey& server,
                                          ByteView plain) {
  const Error strange{Code::kUntrusted,
                      "This answer is not from this coalition's server: its signature does not hold. Nothing was taken from it."};
  envelope::FrameReader reader(plain);
  const auto first = reader.next();
  const auto* head = first ? std::get_if<envelope::BundleAnswer>(&*first) : nullptr;
  if (head == nullptr) return strange;
  const Bytes message = envelope::bundle_answer_message(org, device, *head, plain.subspan(reader.offset()));
  if (!crypto::verify(server, "HAKI1.bua", message, head->signature)) return strange;
  CarriedAnswer answer;
  answer.head = *head;
  answer.inbound.carried = CarriedBack{head->asked_run, head->asked_after};
  while (!reader.done()) {
    auto frame = reader.next();
    if (!frame) return Error{Code::kUntrusted, "This answer is damaged, though the server signed it. Nothing was taken from it."};
    const bool is_welcome = std::holds_alternative<envelope::Welcome>(*frame);
    if (is_welcome == answer.inbound.welcome.has_value()) return strange;  // once, and before all others
    if (is_welcome) answer.inbound.welcome = std::get<envelope::Welcome>(std::move(*frame));
    else if (auto* held = std::get_if<envelope::BlobHeld>(&*frame)) answer.blobs.push_back(*held);
    else sort_into(answer.inbound, std::move(*frame));
  }
  if (!answer.inbound.welcome) return strange;
  return answer;
}

}  // namespace haki::sync
