"""Reads polykarma's HDF5 files into xarray; docs/FILE_FORMAT.md says what is in them."""

import h5py
import numpy as np
import xarray as xr


def load(path, group="/"):
    """Everything but the policy, with labelled axes; `group` is a point of a study, such as "/points/0003"."""
    with h5py.File(path, "r") as file:
        names, variables = [], {}
        file[group].visit(names.append)
        for name in names:
            node = file[group][name]
            if isinstance(node, h5py.Dataset) and not name.startswith("pi/"):
                axes = [axis[0].name.rsplit("/", 1)[1] if len(axis) else axis.label or name for axis in node.dims]
                values = node.asstr()[()] if node.dtype.kind == "S" else node[()]
                variables[name] = axes, values, {k: _text(node.attrs[k]) for k in ("long_name", "units")}
        attributes = {name: _text(value) for name, value in file[group].attrs.items()}
    auxiliary = ["action_label", "action_bid", "urgency_value", "type_share"]
    return xr.Dataset(variables, attrs=attributes).set_coords([name for name in auxiliary if name in variables])


def policy(path, group="/"):
    """The policy pi with all its zeros: the probability of every action in every state, on the axes of d and action."""
    data = load(path, group)
    with h5py.File(path, "r") as file:
        start, action, probability = (file[group]["pi"][name][()] for name in ("row_start", "action", "probability"))
    dense = np.zeros((data.d.size, data.sizes["action"]))
    dense[np.repeat(np.arange(data.d.size), np.diff(start.astype(np.int64))), action] = probability
    return data.d.expand_dims(action=data.action, axis=-1).copy(data=dense.reshape(*data.d.shape, -1)).rename("pi")


def _text(value):
    return value.decode() if isinstance(value, bytes) else value
