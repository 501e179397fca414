# SPDX-License-Identifier: Apache-2.0
"""Worker processes for models, files and code that are not ours.

A worker is started by a fork server that never ran anything but imports (``fork_server``), or as a new interpreter
where there is no fork. It runs with Python's ``-I``: neither the working folder, nor the user's site folder, nor
``PYTHON*`` variables decide what it imports. It answers questions over two pipes (``protocol``, ``worker``), and it may
hang, print, exit or crash: the process that started it (``process``) notices, and nothing else happens. What comes back
is JSON and plain arrays, so reading it runs no code.
"""
