// SPDX-License-Identifier: Apache-2.0
/** What every codec plugin passes. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.kit.tck.codec;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
