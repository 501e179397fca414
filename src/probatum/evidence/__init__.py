# SPDX-License-Identifier: Apache-2.0
"""What makes a result checkable: canonical bytes, digests, wire forms, judgement. Bytes in, facts out."""
