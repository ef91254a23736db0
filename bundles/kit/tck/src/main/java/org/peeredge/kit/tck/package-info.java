// SPDX-License-Identifier: Apache-2.0
/**
 * What every test in the house needs: a test kernel, a test mesh, records in memory, and a look at
 * what is left.
 */
@NullMarked
@Export
@Version("0.3.0")
package org.peeredge.kit.tck;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
