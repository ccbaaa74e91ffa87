#pragma once

#include <cstdint>

#include <hdf5.h>

namespace polykarma::hdf5 {

/// How an element type of C++ is called in memory and in a file; files are the same on every machine.
template <class T>
struct ElementType;

template <>
struct ElementType<double> {
    static hid_t memory() { return H5T_NATIVE_DOUBLE; }
    static hid_t file() { return H5T_IEEE_F64LE; }
    static constexpr H5T_class_t kind = H5T_FLOAT;
};

template <>
struct ElementType<std::int8_t> {
    static hid_t memory() { return H5T_NATIVE_INT8; }
    static hid_t file() { return H5T_STD_I8LE; }
    static constexpr H5T_class_t kind = H5T_INTEGER;
};

template <>
struct ElementType<std::int32_t> {
    static hid_t memory() { return H5T_NATIVE_INT32; }
    static hid_t file() { return H5T_STD_I32LE; }
    static constexpr H5T_class_t kind = H5T_INTEGER;
};

template <>
struct ElementType<std::int64_t> {
    static hid_t memory() { return H5T_NATIVE_INT64; }
    static hid_t file() { return H5T_STD_I64LE; }
    static constexpr H5T_class_t kind = H5T_INTEGER;
};

template <>
struct ElementType<std::uint64_t> {
    static hid_t memory() { return H5T_NATIVE_UINT64; }
    static hid_t file() { return H5T_STD_U64LE; }
    static constexpr H5T_class_t kind = H5T_INTEGER;
};

}  // namespace polykarma::hdf5
