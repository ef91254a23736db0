// SPDX-License-Identifier: Apache-2.0
/** Names, errors, time and threads: what every part of PeerEdge shares. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.kernel.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
