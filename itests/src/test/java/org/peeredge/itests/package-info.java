// SPDX-License-Identifier: Apache-2.0
/**
 * Tests of the whole: the rules between bundles, the assemblies as a user gets them, plugins
 * swapped under load.
 */
@NullMarked
package org.peeredge.itests;

import org.jspecify.annotations.NullMarked;
