// Attachments, and work that travels by hand.
#include "world.h"

namespace haki::simulation {
namespace {

// A file of so many bytes, to a record of the device's.
void attach(World& world, Device& device, std::uint64_t which, std::uint64_t bytes) {
  std::vector<const KnownRecord*> own;
  for (const KnownRecord& known : world.model.records()) {
    const auto view = device.client->record(known.id);
    if (view && !view->deleted && (known.device == device.number || view->mine)) own.push_back(&known);
  }
  if (own.empty()) return;
  const KnownRecord& known = *own[which % own.size()];
  Attached one{device.number, known.id, "HAKIMARK-" + std::to_string(world.step) + ".jpg", {}, world.step};
  one.content.resize(bytes);
  world.chance.fill(one.content);
  const std::string mark = world.model.new_text("in a file");
  std::copy_n(mark.begin(), std::min(mark.size(), one.content.size()), one.content.begin());
  AttachmentInput input;
  input.content = one.content;
  input.name = one.name;
  const auto done = device.client->evidence().attach(known.id, std::vector<AttachmentInput>{input}, {});
  if (world.went("attach", done)) world.model.attached(std::move(one));
}

void transfer(World& world, Device& device, const TransferOptions& options) {
  const auto moved = device.client->transfer(options, {});
  if (!world.went("transfer", moved)) return;
  if (moved->unfinished) world.coverage.count("outcomes", "transfer to be gone on with");
  if (moved->sent > 0) world.coverage.count("outcomes", "files sent", moved->sent);
  if (moved->received > 0) world.coverage.count("outcomes", "files received", moved->received);
  for (const std::string& note : moved->notes) world.say("  note: " + note);
}

// A file of the device is under way when a lead, elsewhere, erases the record it belongs to.
void erase_while_sending(World& world, Device& device, const Step& step) {
  const std::size_t before = world.model.attachments().size();
  Step recording = step;
  recording.act = Act::kRecord;
  recording.what = 1;  // an observation, submitted, in no circle
  act_on_records(world, device, recording);
  attach_of_many_pieces(world, device, step.what);
  if (world.model.attachments().size() == before || !world.sync(device)) return;
  const RecordId record = world.model.attachments().back().record;
  transfer(world, device, {3'000, false});
  Device* lead = world.a_lead(step.what >> 4);
  if (lead == nullptr || lead == &device || device.disk.dead()) return;
  world.acting = lead;
  if (world.sync(*lead)) {
    const auto known = lead->client->record(record);
    if (known && !known->deleted) erase_record(world, *lead, record);
    world.sync(*lead);
  }
  world.acting = &device;
  if (device.client) transfer(world, device, {0, false});
}

void read(World& world, Device& device, const Step& step) {
  const auto& all = world.model.attachments();
  if (all.empty()) return;
  const Attached& one = all[step.what % all.size()];
  Evidence evidence = device.client->evidence();
  const auto found = evidence.find(one.record, one.name);
  if (!world.went("find a file", found)) return;
  static_cast<void>(evidence.want(found->id));
  Bytes content;
  const auto done = evidence.read(found->id, "viewed", "", [&](ByteView piece) -> Result<> {
    content.insert(content.end(), piece.begin(), piece.end());
    return {};
  });
  if (world.went("read a file", done) && content != one.content) world.violate("custody", one.name + " was handed out with other bytes");
}

// ---- by hand ----

void bundle_out(World& world, Device& device, const Step& step) {
  const auto made = device.client->couriers().make("/stick", step.what % 3 == 0 ? Couriers::kBytesMin : Couriers::kBytesDefault);
  if (!world.went("make a bundle", made)) return;
  for (const std::string& file : made->files) {
    if (auto content = device.disk.content(file)) world.carried.push_back({std::move(*content), false, device.number});
    static_cast<void>(device.disk.remove(file));
  }
  for (const std::string& file : made->answers) {
    if (auto content = device.disk.content(file)) world.carried.push_back({std::move(*content), true, device.number});
    static_cast<void>(device.disk.remove(file));
  }
}

// Any of what was ever on a stick: late, twice, or another's.
void bundle_in(World& world, Device& device, const Step& step) {
  if (world.carried.empty()) return;
  const std::size_t newest = world.carried.size() - 1 - std::min<std::size_t>(world.carried.size() - 1, step.what % 4);
  const std::size_t which = step.what % 5 == 0 ? (step.what >> 8) % world.carried.size() : newest;
  Bytes content = world.carried[which].content;
  const bool cut = world.chance.percent(4);
  if (cut) content.resize(world.chance.below(content.size()));
  if (!device.bundles_taken.insert(which).second) world.coverage.count("by hand", "taken again");
  device.disk.put("/stick/in.haki", content);
  const auto taken = device.client->couriers().take("/stick/in.haki");
  static_cast<void>(device.disk.remove("/stick/in.haki"));
  if (cut) world.coverage.count("by hand", "cut short");
  if (!world.went("take a bundle", taken)) return;
  world.coverage.count("by hand", taken->held ? "held for another" : "answer taken");
  world.note(taken->report);
  if (taken->report.wiped) {
    device.client.reset();
    device.gone = true;
  }
}

}  // namespace

void attach_of_many_pieces(World& world, Device& device, std::uint64_t which) { attach(world, device, which, 200'000); }

void act_on_files(World& world, Device& device, const Step& step) {
  static constexpr std::uint64_t kMost[] = {40, 3'000, 40'000, 200'000};
  if (step.act == Act::kAttach) attach(world, device, step.what, 1 + world.chance.below(kMost[(step.what >> 8) % 4]));
  if (step.act == Act::kTransfer) transfer(world, device, {step.what % 3 == 0 ? 3'000 : 0, step.what % 4 == 0});
  if (step.act == Act::kEraseSending) erase_while_sending(world, device, step);
  if (step.act == Act::kRead) read(world, device, step);
}

void act_by_hand(World& world, Device& device, const Step& step) {
  if (step.act == Act::kBundleOut) bundle_out(world, device, step);
  if (step.act == Act::kBundleIn) bundle_in(world, device, step);
  if (step.act != Act::kForward) return;
  const auto forwarded = device.client->couriers().forward();
  if (!world.went("forward", forwarded)) return;
  if (forwarded->taken > 0) world.coverage.count("by hand", "bundles taken by the server", forwarded->taken);
  if (forwarded->waiting > 0) world.coverage.count("by hand", "bundles that wait", forwarded->waiting);
  for (const std::string& note : forwarded->notes) world.say("  note: " + note);
}

}  // namespace haki::simulation
