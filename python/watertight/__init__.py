"""watertight finds memory and resource leaks. The program is a binary; this package only finds and starts it."""

import os
import sys
import sysconfig


def binary() -> str:
    """Where the program was installed."""
    name = "watertight" + (sysconfig.get_config_var("EXE") or "")
    user = sysconfig.get_preferred_scheme("user") if sys.version_info >= (3, 10) else os.name + "_user"
    # `pip install --target` puts scripts into a folder beside the package.
    beside = os.path.join(os.path.dirname(os.path.dirname(__file__)), "bin")
    for folder in (sysconfig.get_path("scripts"), sysconfig.get_path("scripts", scheme=user), beside):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    raise FileNotFoundError(f"the program {name} was not found; reinstall the package watertight")
