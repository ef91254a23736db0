// SPDX-License-Identifier: Apache-2.0
/** Who holds what in the mesh, and the store behind it that can be replaced. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.dts.api.discovery;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
