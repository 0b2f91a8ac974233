// The directory an open home is listened for in must be the user's alone: a passphrase may come through it.
#include "owner/place.h"

#include <sys/stat.h>

#include "scratch.h"

namespace haki::owner {
namespace {

using PlaceTest = testing::Scratch;

TEST_F(PlaceTest, DirectoryIsMadeForTheUserAlone) {
  const auto directory = runtime_directory(true);
  ASSERT_TRUE(directory);
  struct stat facts {};
  ASSERT_EQ(::stat(directory->c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700U);
}

TEST_F(PlaceTest, DirectoryOthersMayEnterIsRefused) {
  const auto directory = runtime_directory(true);
  ASSERT_TRUE(directory);
  ASSERT_EQ(::chmod(directory->c_str(), 0755), 0);
  EXPECT_EQ(runtime_directory(true).error().code, Code::kUntrusted);
}

TEST_F(PlaceTest, LinkToADirectoryIsRefused) {
  std::filesystem::create_directory(path_ + "/elsewhere");
  std::filesystem::permissions(path_ + "/elsewhere", std::filesystem::perms::owner_all);
  std::filesystem::create_symlink(path_ + "/elsewhere", path_ + "/run/haki");
  EXPECT_EQ(runtime_directory(true).error().code, Code::kUntrusted);
}

TEST_F(PlaceTest, LookingDoesNotMakeIt) {
  EXPECT_FALSE(runtime_directory(false));
  EXPECT_FALSE(std::filesystem::exists(path_ + "/run/haki"));
}

TEST_F(PlaceTest, SocketIsNamedByTheRealPath) {
  std::filesystem::create_symlink(home(), path_ + "/other-name");
  const auto real = real_home(home());
  const auto linked = real_home(path_ + "/other-name");
  ASSERT_TRUE(real && linked);
  EXPECT_EQ(*real, *linked);
  EXPECT_EQ(*socket_path("/run/haki", *real), *socket_path("/run/haki", *linked));
  EXPECT_NE(*socket_path("/run/haki", *real), *socket_path("/run/haki", *real + "2"));
}

TEST_F(PlaceTest, SocketPathAtTheLimitOfTheSystem) {
  // 33 characters of name after the directory, 107 in all.
  EXPECT_TRUE(socket_path(std::string(107 - 33, 'd'), "/home"));
  EXPECT_FALSE(socket_path(std::string(108 - 33, 'd'), "/home"));
}

}  // namespace
}  // namespace haki::owner
