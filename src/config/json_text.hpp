#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polykarma {

/// A JSON string, quoted.
[[nodiscard]] std::string json_string(std::string_view text);

/// A JSON object under construction; members keep their order. Values are JSON texts.
class JsonObject {
public:
    JsonObject& add(std::string_view name, std::string json);
    JsonObject& add(std::string_view name, const JsonObject& object);
    JsonObject& add_text(std::string_view name, std::string_view text);  ///< left out when empty

    /// On several lines, the inner ones indented by `indent` + 2 blanks.
    [[nodiscard]] std::string text(std::size_t indent = 0) const;

private:
    struct Member {
        std::string name;
        std::string json;
        std::vector<JsonObject> object;  ///< one element when the value is an object
    };
    std::vector<Member> members_;
};

[[nodiscard]] std::string json_array(const std::vector<std::string>& texts);

}  // namespace polykarma
