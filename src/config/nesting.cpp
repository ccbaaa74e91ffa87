#include "config/nesting.hpp"

#include "base/error.hpp"

namespace polykarma {
namespace {

/// No key of polykarma needs more than six parts or brackets inside each other.
constexpr int most_parts = 32;
constexpr int most_brackets = 32;

/// Walks over TOML text, counting outside of strings and comments. Exact on text that is TOML up to here; text that is
/// not is refused by the parser at the same place.
class NestingScan {
public:
    NestingScan(std::string_view text, const std::string& file) : text_(text), file_(file) {}

    void run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#')
                skip_comment();
            else if (c == '"' || c == '\'')
                skip_string(c);
            else
                count(c);
        }
    }

private:
    void skip_comment() {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    }

    void skip_string(char quote) {
        const bool escapes = quote == '"';
        const std::string closing(text_.substr(at_, 3) == std::string(3, quote) ? 3 : 1, quote);
        at_ += closing.size();
        while (at_ < text_.size() && text_.substr(at_, closing.size()) != closing) {
            // A string on one line that is not closed there is an error; the parser words it.
            if (text_[at_] == '\n') {
                if (closing.size() == 1) return;
                ++line_;
            }
            // A backslash may also end a line; that line counts.
            at_ += escapes && text_[at_] == '\\' && text_.substr(at_ + 1, 1) != "\n" ? 2 : 1;
        }
        at_ += closing.size();
        // A multi-line string may end in one or two quotes of its own.
        for (int i = 0; closing.size() == 3 && i < 2 && at_ < text_.size() && text_[at_] == quote; ++i) ++at_;
    }

    void count(char c) {
        ++at_;
        if (c == '.') {
            if (++parts_ > most_parts) refuse("a key of too many parts");
            return;
        }
        if (c == '[' || c == '{') {
            if (++brackets_ > most_brackets) refuse("brackets nested too deeply");
        } else if ((c == ']' || c == '}') && brackets_ > 0) {
            --brackets_;
        } else if (c == '\n') {
            ++line_;
        } else if (c != '=' && c != ',') {
            return;
        }
        parts_ = 0;
    }

    [[noreturn]] void refuse(const char* what) const {
        throw InputError({file_, line_}, "TOML", "", what, "at most 32 levels");
    }

    std::string_view text_;
    const std::string& file_;
    std::size_t at_ = 0;
    int line_ = 1;
    int parts_ = 0;
    int brackets_ = 0;
};

}  // namespace

void check_nesting(std::string_view text, const std::string& file) { NestingScan(text, file).run(); }

}  // namespace polykarma
