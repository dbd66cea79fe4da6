// Who is in the room: people, apps, APIs, as the server's store has them.
#pragma once

#include <string>

#include "apps/lesson/room.h"
#include "grantd/core/changes.h"

namespace grantd::lesson {

inline constexpr std::string_view kAlbumAudience = "https://album.example";
inline constexpr std::string_view kDiaryAudience = "https://diary.example";

// What is drawn for this room alone.
struct RoomSecrets {
  std::string postcard, classic, quiz, album;
  Person mira, rook;
  static RoomSecrets draw();
};

core::Changes room_cast(const RoomSecrets& secrets, const std::string& postcard_origin,
                        const std::string& quiz_origin, Time now);

}  // namespace grantd::lesson
