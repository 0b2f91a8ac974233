// The server's database while its disk is in trouble: full, or failing. What was committed before stays, and nothing is kept
// of what is refused.
#pragma once

#include "storage/store.h"

namespace haki::simulation {

enum class ServerTrouble { kNone, kFull, kNoWrite, kNoRead };

class ServerDisk final : public storage::Store {
 public:
  ServerDisk(std::unique_ptr<storage::Store> inner, const ServerTrouble& trouble) : inner_(std::move(inner)), trouble_(trouble) {}

  Result<std::unique_ptr<storage::Snapshot>> read() override {
    if (trouble_ == ServerTrouble::kNoRead) return Error{Code::kIo, "The disk refused."};
    return inner_->read();
  }
  bool commit(const storage::Write& write, std::function<void(storage::Outcome)> done) override {
    using Kind = storage::Outcome::Kind;
    if (trouble_ != ServerTrouble::kFull && trouble_ != ServerTrouble::kNoWrite) return inner_->commit(write, std::move(done));
    storage::Outcome refused;
    refused.kind = trouble_ == ServerTrouble::kFull ? Kind::kFull : Kind::kFailed;
    done(refused);
    return true;
  }
  bool writable() override { return trouble_ == ServerTrouble::kNone && inner_->writable(); }

 private:
  std::unique_ptr<storage::Store> inner_;
  const ServerTrouble& trouble_;
};

}  // namespace haki::simulation
