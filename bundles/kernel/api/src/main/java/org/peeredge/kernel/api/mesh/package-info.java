// SPDX-License-Identifier: Apache-2.0
/** The other members, and questions put to them. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.kernel.api.mesh;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
