// A coalition of a few devices and its server, with keys that are the same at every run, for tests of custody and dossiers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "envelope/names.h"
#include "evidence/custody.h"

namespace haki::evidence::test {

inline constexpr std::int64_t kNoon = 1'794'916'800'000;  // 2026-11-17T12:00:00Z

struct Device {
  crypto::SigningPair sign;
  crypto::BoxPublicKey box;
  crypto::AuthPublicKey auth;
  DeviceId id;
  std::string name;
};

template <typename T>
T named(std::string_view name) {
  const Hash hash = crypto::hash32({as_bytes(name)});
  return *T::from(hash.view().first(T::kSize));
}

inline Device device(const std::string& name) {
  Device made{crypto::SigningPair::from_seed(named<Hash>("sign " + name)), named<crypto::BoxPublicKey>("box " + name),
              named<crypto::AuthPublicKey>("auth " + name), {}, name};
  made.id = envelope::device_id(made.sign.verify, made.box, made.auth);
  return made;
}

struct People {
  CoalitionId coalition = named<CoalitionId>("coalition");
  crypto::SigningPair server = crypto::SigningPair::from_seed(named<Hash>("server"));
  Device monitor = device("Wanjiru"), lead = device("Achieng"), stranger = device("Stranger");

  envelope::Beacon beacon(std::int64_t time_ms) const {
    envelope::Beacon made{time_ms, named<decltype(made.random)>("random " + std::to_string(time_ms)), {}};
    made.signature = crypto::sign(server.secret, "HAKI1.bcn", envelope::beacon_message(coalition, made));
    return made;
  }
  CustodyRules rules(const RecordId& subject) const {
    return {coalition, subject,
            [this](const DeviceId& id) -> std::optional<crypto::VerifyKey> {
              for (const Device* one : {&monitor, &lead}) {
                if (one->id == id) return one->sign.verify;
              }
              return std::nullopt;
            },
            {server.verify}};
  }
};

// A log as devices write it, one entry after another.
class LogWriter {
 public:
  LogWriter(const People& people, const RecordId& subject) : people_(people), subject_(subject) {}

  CustodyLine line(const Device& by, std::string action, std::vector<std::size_t> after = {}) const {
    CustodyLine made;
    made.action = std::move(action);
    for (const std::size_t at : after) made.after.push_back(custody_hash(read_custody_element(elements[at])->line));
    made.at_ms = kNoon + static_cast<std::int64_t>(elements.size()) * 60'000;
    made.by = by.name;
    made.coalition = people_.coalition;
    made.device = by.id;
    made.sha256 = named<Hash>("content");
    made.subject = subject_;
    return made;
  }
  void put(const Device& by, const CustodyLine& made) { elements.push_back(custody_element(sign_custody(made, by.sign.secret))); }
  void put(const Device& by, std::string action, std::vector<std::size_t> after = {}) { put(by, line(by, std::move(action), after)); }

  std::vector<std::string> elements;

 private:
  const People& people_;
  RecordId subject_;
};

}  // namespace haki::evidence::test
