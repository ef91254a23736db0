// SPDX-License-Identifier: Apache-2.0
/** Shared event loops, TLS contexts of the mesh, and HTTP listeners. */
@NullMarked
@Export
@Version("0.4.0")
package org.peeredge.kernel.netty;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
