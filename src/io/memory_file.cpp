#include "io/memory_file.hpp"

#include <atomic>
#include <bit>
#include <cstdint>

#include "io/error_stack.hpp"

namespace polykarma::hdf5 {
namespace {

Properties access_in_memory(const std::string& name, std::size_t growth) {
    Properties access = access_properties(name);
    constexpr hbool_t on_disk = false;
    checked(H5Pset_fapl_core(access.get(), growth, on_disk), name, "cannot be prepared");
    return access;
}

/// Bob Jenkins' lookup3, as the HDF5 file format specification prescribes it for metadata.
std::uint32_t lookup3(std::span<const std::byte> key) {
    std::uint32_t a = 0xdeadbeef + static_cast<std::uint32_t>(key.size()), b = a, c = a;
    const auto add = [&](std::span<const std::byte> block) {
        std::uint32_t* const words[] = {&a, &b, &c};
        for (std::size_t i = 0; i < block.size(); ++i)
            *words[i / 4] += std::to_integer<std::uint32_t>(block[i]) << (8 * (i % 4));
    };
    for (; key.size() > 12; key = key.subspan(12)) {
        add(key.first(12));
        a -= c, a ^= std::rotl(c, 4), c += b;
        b -= a, b ^= std::rotl(a, 6), a += c;
        c -= b, c ^= std::rotl(b, 8), b += a;
        a -= c, a ^= std::rotl(c, 16), c += b;
        b -= a, b ^= std::rotl(a, 19), a += c;
        c -= b, c ^= std::rotl(b, 4), b += a;
    }
    add(key);
    c ^= b, c -= std::rotl(b, 14);
    a ^= c, a -= std::rotl(c, 11);
    b ^= a, b -= std::rotl(a, 25);
    c ^= b, c -= std::rotl(b, 16);
    a ^= c, a -= std::rotl(c, 4);
    b ^= a, b -= std::rotl(a, 14);
    c ^= b, c -= std::rotl(b, 24);
    return c;
}

/// Taking an image clears the mark of a file that is being written, but leaves the checksum of the superblock as it
/// was with the mark; HDF5 itself then refuses the image.
void renew_checksum(std::span<std::byte> image) {
    constexpr std::size_t covered = 44;  // superblock of version 2 or 3 with addresses of 8 bytes
    const std::uint32_t sum = lookup3(image.first(covered));
    for (std::size_t i = 0; i < 4; ++i) image[covered + i] = static_cast<std::byte>(sum >> (8 * i) & 0xff);
}

/// HDF5 refuses to open two files of one name, and looks on the disk for a name before it makes a file in memory.
std::string unique_name() {
    static std::atomic<unsigned long> count{0};
    return "polykarma/in/memory/" + std::to_string(count++);
}

}  // namespace

Properties access_properties(const std::string& name) {
    Properties access(checked(H5Pcreate(H5P_FILE_ACCESS), name, "cannot be prepared"));
    checked(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110), name, "cannot be prepared");
    return access;
}

Properties creation_properties(const std::string& name) {
    Properties creation(checked(H5Pcreate(H5P_FILE_CREATE), name, "cannot be prepared"));
    checked(H5Pset_obj_track_times(creation.get(), false), name, "cannot be prepared");
    return creation;
}

File create_in_memory(const std::string& name, std::size_t growth) {
    const Properties access = access_in_memory(name, growth);
    const Properties creation = creation_properties(name);
    return File(checked(H5Fcreate(unique_name().c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), name,
                        "cannot be prepared"));
}

File open_image(std::span<const std::byte> image, const std::string& name) {
    const Properties access = access_in_memory(name, std::size_t{1} << 16);
    // HDF5 takes a pointer to non-const and copies what it points to.
    checked(H5Pset_file_image(access.get(), const_cast<std::byte*>(image.data()), image.size()), name,
            "cannot be prepared");
    return File(checked(H5Fopen(unique_name().c_str(), H5F_ACC_RDONLY, access.get()), name, "cannot be prepared"));
}

std::vector<std::byte> take_image(const File& file, const std::string& name) {
    checked(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), name, "cannot be prepared");
    const auto size = checked(H5Fget_file_image(file.get(), nullptr, 0), name, "cannot be prepared");
    std::vector<std::byte> image(static_cast<std::size_t>(size));
    checked(H5Fget_file_image(file.get(), image.data(), image.size()), name, "cannot be prepared");
    renew_checksum(image);
    return image;
}

Group create_group(hid_t parent, const std::string& path, const std::string& file) {
    const Properties creation(checked(H5Pcreate(H5P_GROUP_CREATE), file, "cannot be prepared"));
    checked(H5Pset_obj_track_times(creation.get(), false), file, "cannot be prepared");
    return Group(checked(H5Gcreate2(parent, path.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), file,
                         "group " + path + " cannot be created"));
}

}  // namespace polykarma::hdf5
