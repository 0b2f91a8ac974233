#include "ops/bundle_service.h"

#include <algorithm>
#include <array>
#include <future>

#include "ops/tus.h"

namespace haki::ops {
namespace {

using envelope::Refusal;

constexpr std::array<std::string_view, 1> kBundleHeaders = {"authorization"};

}  // namespace

http::Admission BundleService::admit() { return {.large_body = true, .headers = kBundleHeaders}; }

void BundleService::handle(const CoalitionId& org, http::Request request, std::shared_ptr<http::Responder> responder) {
  auto shared = std::make_shared<http::Request>(std::move(request));
  const Done done = [responder](relay::Reply reply, const std::optional<BundleSeen>&) {
    responder->respond({reply.status, std::move(reply.body)});
  };
  const bool taken = workers_.run(std::nullopt, [this, org, shared, done] {
    const auto found = shared->headers.find("authorization");
    const auto token = found != shared->headers.end() ? parse_bearer(found->second) : std::nullopt;
    const auto asked = relay_blobs_.asker(org, token);
    if (const auto* refused = std::get_if<relay::Reply>(&asked)) return done(*refused, std::nullopt);
    open(org, shared->body, done);
  });
  if (!taken) done(relay::refusal(Refusal::kBusy), std::nullopt);
}

void BundleService::take(const CoalitionId& org, Bytes file, Done done) {
  auto shared = std::make_shared<Bytes>(std::move(file));
  const bool taken = workers_.run(std::nullopt, [this, org, shared, done] { open(org, *shared, done); });
  if (!taken) done(relay::refusal(Refusal::kBusy), std::nullopt);
}

void BundleService::open(const CoalitionId& org, ByteView file, Done done) {
  auto opened = relay_.open_bundle(org, file);
  if (auto* refused = std::get_if<relay::Reply>(&opened)) return done(std::move(*refused), std::nullopt);
  auto work = std::make_shared<Work>(Work{std::get<relay::CarriedBundle>(std::move(opened)), 0, std::move(done)});
  // Of who is not let in nothing is looked at but the wish to be.
  if (!work->carried.admitted) work->carried.pieces.clear();
  next_piece(std::move(work));
}

// One blob is worked on by one thread at a time, so each piece waits for its turn.
void BundleService::next_piece(std::shared_ptr<Work> work) {
  if (work->next_piece < work->carried.pieces.size()) {
    const BlobId blob = work->carried.pieces[work->next_piece].blob;
    const bool taken = workers_.run(blob, [this, work] {
      take_piece(*work);
      next_piece(work);
    });
    if (!taken) work->done(relay::refusal(Refusal::kBusy), std::nullopt);
    return;
  }
  const relay::CarriedBundle& carried = work->carried;
  const BundleSeen seen{carried.request.hello.device, carried.bundle.part, carried.bundle.parts, carried.request.runs.size(),
                        carried.pieces.size()};
  const Done done = std::move(work->done);
  done(finish(relay_.bundle(std::move(work->carried))), seen);
}

void BundleService::take_piece(Work& work) {
  relay::CarriedBundle& carried = work.carried;
  const relay::BlobAsker author{carried.coalition, carried.request.hello.device};
  const envelope::BlobHeld held =
      blobs_.bring(author, carried.org, carried.pieces[work.next_piece++], carried.after_another);
  const auto before = std::ranges::find(carried.blobs_held, held.blob, &envelope::BlobHeld::blob);
  if (before == carried.blobs_held.end()) carried.blobs_held.push_back(held);
  else *before = held;
}

relay::Reply BundleService::finish(relay::Step step) {
  while (auto* pending = std::get_if<std::unique_ptr<relay::Pending>>(&step)) {
    const std::unique_ptr<relay::Pending> now = std::move(*pending);
    std::promise<storage::Outcome> done;
    const bool taken = store_.commit(now->write, [&done](storage::Outcome outcome) { done.set_value(outcome); });
    if (!taken) return relay::refusal(Refusal::kBusy);
    step = now->then(done.get_future().get());
  }
  return std::get<relay::Reply>(std::move(step));
}

}  // namespace haki::ops
