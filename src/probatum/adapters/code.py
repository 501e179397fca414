# SPDX-License-Identifier: Apache-2.0
"""The user's own modules: found in folders that somebody named, read once, digested, and compiled from those bytes.

Such a folder is searched last, so that a file in it never takes the place of a module of Python or of an installed
package. Compiled files (``__pycache__``) are never read. Everything that is imported from the folders, also later and
by other modules of theirs, leaves its digest.
"""

import linecache
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, final

from probatum.errors import DescriptionError, ModelError, name_of_type
from probatum.evidence.canonical import digest

EXTRAS = {  # module, the extra that brings it
    "torch": "torch",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "catboost": "catboost",
}


@final
class UserCode(MetaPathFinder):
    """Modules in folders that somebody named."""

    def __init__(self, folder: Path, more: Sequence[Path] = (), known: Mapping[str, str] | None = None) -> None:
        """Take where to look.

        Args:
            folder: of the description; searched only once a ``module:function`` of it was asked for.
            more: folders that are searched in any case.
            known: digests of files as they were read by another process of the same run; other ones are refused.
        """
        self._folder = folder
        self._folders = list(more)
        self._known = dict(known or {})
        self._stated: dict[str, ModuleType] = {}
        self._packages: set[str] = set()  # names of packages that were found here
        self.digests: dict[str, str] = {}  # of each file that was read, by its path in its folder
        if more:
            self._search()

    def function(self, name: str) -> tuple[Callable[..., Any], str]:
        """Return the function ``module:function`` and the digest of the file of its module.

        A file of the description's folder wins over an installed module of the same name.

        Raises:
            DescriptionError: there is no such module or function, or the module cannot be imported.
        """
        module_name, _, function_name = name.partition(":")
        try:
            module = self._module(module_name)
        except BaseException as error:  # a module may do anything while it is imported, also end the process
            if isinstance(error, KeyboardInterrupt | ModelError):
                raise
            raise DescriptionError(
                name,
                [f"wanted the module {module_name}; importing it raised {name_of_type(type(error))}. {_remedy(error)}"],
            ) from error
        function = getattr(module, function_name, None)
        if not callable(function):
            raise DescriptionError(
                name, [f"wanted a function {function_name} in {module_name}; there is none by that name."]
            )
        return function, self._digest_of(module)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module for Python's import system, after everybody else has not found it."""
        if fullname.partition(".")[0] in sys.stdlib_module_names:
            return None
        parent, _, last = fullname.rpartition(".")
        if path is not None and parent not in self._packages:
            return None
        places = self._folders if path is None else [Path(one) for one in path]
        for place in places:
            root = next((folder for folder in self._folders if place.is_relative_to(folder)), None)
            found = None if root is None else self._spec(fullname, place / last, root)
            if found is not None:
                self._packages |= {fullname} if found.submodule_search_locations is not None else set()
                return found
        return None

    def read(self, file: Path, root: Path) -> bytes:
        """Return the content of a file of code, and keep its digest.

        Raises:
            ModelError: it is another one than before.
        """
        content = file.read_bytes()
        name, came = file.relative_to(root).as_posix(), digest(content)
        if self._known.setdefault(name, came) != came:
            raise ModelError(f"{name} was replaced while the system was being assessed. Assess it again.")
        self.digests[name] = came
        return content

    def _search(self) -> None:
        if self not in sys.meta_path:
            # first, since Python itself would find them in the folder of their package, compiled ones too
            sys.meta_path.insert(0, _Submodules(self))
            sys.meta_path.append(self)

    def _module(self, name: str) -> ModuleType:
        if name not in self._stated:
            if self._folder not in self._folders:
                self._folders.insert(0, self._folder)
            self._search()
            file = self._folder.joinpath(*name.split(".")).with_suffix(".py")
            if not file.is_file():
                return import_module(name)
            # under a name of its own, so that it is not mixed up with an installed module
            own = f"_probatum_{digest(str(file.resolve()).encode())[7:19]}_{name.replace('.', '_')}"
            source = _Source(self, file, self._folder)
            spec = ModuleSpec(own, source, origin=str(file))
            spec.has_location = True
            module = module_from_spec(spec)
            sys.modules[own] = module
            try:
                source.exec_module(module)
            except BaseException:
                del sys.modules[own]
                raise
            self._stated[name] = module
        return self._stated[name]

    def _digest_of(self, module: ModuleType) -> str:
        loader = module.__spec__.loader if module.__spec__ is not None else None
        if isinstance(loader, _Source):
            return loader.digest
        source = Path(module.__file__ or "")
        return digest(source.read_bytes() if source.is_file() else b"")

    def _spec(self, name: str, place: Path, root: Path) -> ModuleSpec | None:
        package = place / "__init__.py"
        if package.is_file():
            return self._located(name, package, root, inside=place)
        source = place.with_name(f"{place.name}.py")
        if source.is_file():
            return self._located(name, source, root)
        for suffix in EXTENSION_SUFFIXES:
            compiled = place.with_name(place.name + suffix)
            if compiled.is_file():
                self.read(compiled, root)
                return ModuleSpec(name, ExtensionFileLoader(name, str(compiled)), origin=str(compiled))
        if place.is_dir():
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(place)]
            return spec
        return None

    def _located(self, name: str, file: Path, root: Path, inside: Path | None = None) -> ModuleSpec:
        spec = ModuleSpec(name, _Source(self, file, root), origin=str(file), is_package=inside is not None)
        if inside is not None:
            spec.submodule_search_locations = [str(inside)]
        spec.has_location = True
        return spec


@final
class _Submodules(MetaPathFinder):
    """Finds the modules of packages of the user's, before Python does."""

    def __init__(self, owner: UserCode) -> None:
        self._owner = owner

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module in a package of the user's."""
        return None if path is None else self._owner.find_spec(fullname, path, target)


@final
class _Source(Loader):
    """Compiles one file from the bytes that were digested."""

    def __init__(self, owner: UserCode, file: Path, root: Path) -> None:
        self._owner, self._file, self._root = owner, file, root
        self.digest = ""

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module."""
        exec(self._compiled(), module.__dict__)  # noqa: S102  # somebody named this module to be run

    def _compiled(self) -> CodeType:
        content = self._owner.read(self._file, self._root)
        self.digest = digest(content)
        code: CodeType = compile(content, str(self._file), "exec", dont_inherit=True)
        lines = content.decode("utf-8", errors="replace").splitlines(keepends=True)
        linecache.cache[str(self._file)] = len(content), None, lines, str(self._file)  # tracebacks show what ran
        return code


def installation(module: str | None) -> str:
    """Say how to get a module: by the extra that brings it, where there is one."""
    extra = EXTRAS.get(str(module).partition(".")[0])
    if extra is not None:
        return f'pip install "probatum[{extra}]"'
    return 'Install it, or name the folder that holds it: code = ["."] under [model] (--code DIR).'


def _remedy(error: BaseException) -> str:
    """Say what to do about a module that cannot be imported."""
    if isinstance(error, ModuleNotFoundError) and str(error.name).isidentifier():
        return f"It needs the module {error.name}. {installation(error.name)}"
    return "Correct it first; --debug shows where."
