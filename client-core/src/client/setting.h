// Names of settings of the store, each once.
#pragma once

#include <string_view>

namespace haki::client::setting {

inline constexpr std::string_view kIdentity = "identity";          // sealed
inline constexpr std::string_view kFormerDevices = "former_devices";  // of this home, before it rejoined
inline constexpr std::string_view kOrg = "org";
inline constexpr std::string_view kCoalition = "coalition";        // names, for people
inline constexpr std::string_view kMember = "member";
inline constexpr std::string_view kOrganisation = "organisation";
inline constexpr std::string_view kLeadDevice = "lead_device";     // who invited
inline constexpr std::string_view kLeadName = "lead_name";
inline constexpr std::string_view kLeadOrganisation = "lead_organisation";
inline constexpr std::string_view kServer = "server";              // address
inline constexpr std::string_view kPlainServer = "plain_server";   // 1: http beyond loopback was allowed explicitly
inline constexpr std::string_view kInvite = "invite";              // text, until admitted
inline constexpr std::string_view kJoinedBy = "joined_by";         // the newest invite's id
inline constexpr std::string_view kJoinFrame = "join_frame";
inline constexpr std::string_view kJoinDelivered = "join_delivered";
inline constexpr std::string_view kFoundFrame = "found_frame";     // until the server has founded it
inline constexpr std::string_view kRecoverySeed = "recovery_seed"; // of the words that nobody has seen yet
inline constexpr std::string_view kRescue = "rescue";              // of the words by which a lead came back (rescued.h)
inline constexpr std::string_view kCounter = "counter";
inline constexpr std::string_view kCursor = "cursor";
inline constexpr std::string_view kServerRun = "server_run";
inline constexpr std::string_view kBeacon = "beacon";              // the server's newest: time u64, random, signature
inline constexpr std::string_view kMeteredBytesMax = "metered_bytes_max";  // larger blobs wait for a free link; 0: none do
inline constexpr std::string_view kLastWelcome = "last_welcome";   // ms, this device's clock
inline constexpr std::string_view kCatchUp = "catch_up";          // compartments to be read from their beginning
inline constexpr std::string_view kRefill = "refill";             // 1: the server lost work; this lead refills it
inline constexpr std::string_view kRegrant = "regrant";           // 1: the server has no grants; this lead hands on the keys
inline constexpr std::string_view kOwedKeys = "owed_keys";        // notebooks' keys that this lead hands on, and to whom
inline constexpr std::string_view kFollowedServer = "followed_server";  // the log's address that kServer follows
inline constexpr std::string_view kAskedAnew = "asked_anew";      // ms, when all was last asked for because a key was missing
inline constexpr std::string_view kRotateAll = "rotate_all";      // 1: after a recovery every key is renewed
inline constexpr std::string_view kMissing = "missing";  // what leads have read and this device was not shown
inline constexpr std::string_view kWitnessed = "witnessed:";  // and a compartment: ms, when this lead last said what it had read there
inline constexpr std::string_view kClock = "clock";                // greatest hybrid time seen from others
inline constexpr std::string_view kSnapshotEvery = "snapshot_every";  // change sets; 0: the default
inline constexpr std::string_view kSnapshotWaits = "snapshot_waits";  // 1: due since a session that brought much
inline constexpr std::string_view kWipeAfter = "wipe_after";       // rules of this home
inline constexpr std::string_view kIdle = "idle";                  // ms

}  // namespace haki::client::setting
