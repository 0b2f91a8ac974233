// Who is no member, and members whose devices are not honest; a server whose disk is in trouble.
#include <algorithm>

#include "base/limits.h"
#include "vandal.h"
#include "world.h"

namespace haki::simulation {
namespace {

constexpr std::int64_t kMonthMs = 30ll * 86'400'000;
constexpr std::size_t kAnswersTooMany = 5;  // spec 60-http-api, "Join requests": at most 4 for one invite

// A device that is none of the world's: nothing is expected of it, and nothing of it stays but what the server took.
std::unique_ptr<Device> stranger(World& world) {
  auto device = std::make_unique<Device>(world.devices.size(), world.server, world.weather, world.truth, world.chance, world.coverage);
  device->role = "monitor";
  return device;
}

void found_another(World& world, const std::string& token, std::int64_t clock_off_ms) {
  const auto founder = stranger(world);
  founder->clock.off_ms = clock_off_ms;
  std::string words;
  world.went("found another coalition", client::Entrance(founder->around)
                                            .found({kHome, kPassphrase, SimServer::kUrl, token, "HAKIMARK others", founder->name, "CSO"}, words));
}

// With a token that is good, and again with it; with one that has expired, as a clock that is behind sees too late; and with none
// of this server's.
void found_others(World& world) {
  const bool was_calm = std::exchange(world.weather.calm, true);
  const std::string good = world.server.token(), expired = world.server.token(-1);
  found_another(world, good, 0);
  found_another(world, good, 0);
  found_another(world, expired, -kMonthMs);
  found_another(world, world.server.unknown_token(), 0);
  world.weather.calm = was_calm;
}

// One invite that came into many hands.
void answer_one_invite(World& world, const Step& step) {
  Device* lead = world.a_lead(step.what >> 4);
  if (lead == nullptr) return;
  const auto invite = lead->client->invite({"monitor", "HAKIMARK nobody " + std::to_string(step.number), "CSO", {}, "", 0});
  if (!world.went("invite", invite)) return;
  const bool was_calm = std::exchange(world.weather.calm, true);
  for (std::size_t i = 0; i < kAnswersTooMany; ++i) {
    const auto one = stranger(world);
    const auto joined = client::Entrance(one->around).join({kHome, kPassphrase, invite->text});
    world.went("answer an invite of others", joined);
  }
  world.weather.calm = was_calm;
}

// What must be taken for what it is, in words; never with success.
void must_be_refused(World& world, const char* what, Result<> done) {
  if (done) return world.violate("order", std::string(what) + " was taken");
  world.coverage.count("odd input refused", what);
  world.coverage.count("error codes", std::string(code_name(done.error().code)));
  world.say(std::string(what) + ": " + done.error().message);
}

Result<> join_with(World& world, const std::string& text) {
  const auto one = stranger(world);
  const auto joined = client::Entrance(one->around).join({kHome, kPassphrase, text});
  return joined ? Result<>() : Result<>(joined.error());
}

// Invites, forms and bundles of a version that this app does not know; invites with a changed letter and none at all; a text that is
// longer than any may be.
void show_odd_things(World& world, const Step& step) {
  Device* lead = world.a_lead(step.what >> 4);
  if (lead == nullptr) return;
  const auto invite = lead->client->invite({"monitor", "HAKIMARK nobody " + std::to_string(step.number), "CSO", {}, "", 0});
  if (!world.went("invite", invite)) return;
  std::string later = invite->text, changed = invite->text;
  later[later.find("-1-") + 1] = '2';
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  must_be_refused(world, "an invite of a later version", join_with(world, later));
  must_be_refused(world, "an invite with a changed letter", join_with(world, changed));
  must_be_refused(world, "what is no invite", join_with(world, "come to the meeting"));
  const auto form = lead->client->import_form("format = 99\nname = \"later\"\ntitle.en = \"Later\"\n");
  must_be_refused(world, "a form of a later version", form ? Result<>() : Result<>(form.error()));
  const auto long_form = lead->client->import_form("name = \"long\"\n" + std::string(65 * 1024, '#'));
  const auto built_in = lead->client->import_form("name = \"observation\"\ntitle.en = \"Mine\"\nhome = \"notebook\"\n\n[[fields]]\nid = 10\nname = \"text\"\nlabel.en = \"Text\"\ntype = \"text\"\n");
  must_be_refused(world, "a form of a built-in one's name", built_in ? Result<>() : Result<>(built_in.error()));
  must_be_refused(world, "a form that is too long", long_form ? Result<>() : Result<>(long_form.error()));
  const auto long_text = lead->client->create({"observation", {{"narrative", std::string(limits::kValueBytesMax + 1, 'x')}}, {}, false, {}, {}, {}});
  must_be_refused(world, "a text that is too long", long_text ? Result<>() : Result<>(long_text.error()));
  Bytes bundle(400, 0);
  std::ranges::copy(std::string_view("HAKIBUN9"), bundle.begin());
  lead->disk.put("/stick/later.haki", bundle);
  const auto taken = lead->client->couriers().take("/stick/later.haki");
  static_cast<void>(lead->disk.remove("/stick/later.haki"));
  must_be_refused(world, "a bundle of a later version", taken ? Result<>() : Result<>(taken.error()));
}

}  // namespace

void act_as_stranger(World& world, const Step& step) {
  const std::uint64_t which = step.what % 8;
  if (which < 3) return found_others(world);
  if (which < 6) return answer_one_invite(world, step);
  show_odd_things(world, step);
}

// The next request of a device that can be spoiled so comes spoiled; what it sends later is honest again.
void act_as_vandal(World& world, Device& device, const Step& step) {
  const auto how = static_cast<Spoiling>(step.what % static_cast<std::uint64_t>(Spoiling::kCount));
  if (how >= Spoiling::kPiece) attach_of_many_pieces(world, device, step.what >> 16);
  std::uint64_t left = 1 + (step.what >> 8) % 2;
  device.network.vandal = [&](const transport::Request& request) {
    auto spoiled = left > 0 && device.client ? spoil(request, how, device.home(), world.chance) : std::nullopt;
    if (spoiled) --left;
    if (spoiled) world.coverage.count("requests spoiled", std::string(name_of(how)));
    return spoiled;
  };
  if (how >= Spoiling::kPiece) world.went("transfer", device.client->transfer({}, {}));
  else world.sync(device);
  device.network.vandal = nullptr;
}

}  // namespace haki::simulation
