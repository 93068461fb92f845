/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ship-prefix: a proof of inclusion comes in, the tree up to that leaf goes out. The walk is that of RFC 9162, 2.1.3.2.
 * */
#include "client/ship/ship-prefix.h"

gboolean
ship_prefix_read (const TlogProof *proof, guint64 size, const MerkleHash *leaf, MerkleFrontier *ret_frontier)
{
  guint64 place = proof->index, last = size - 1;
  MerkleHash left[MERKLE_PROOF_SIZE], made[MERKLE_LEVELS];
  guint n = 0;

  if (size == 0 || place > last)
    return FALSE;
  for (guint i = 0; i < proof->n; i++)
    {
      if ((place & 1) != 0 || place == last)
        {
          left[n++] = proof->hashes[i];
          while ((place & 1) == 0 && place != 0)
            {
              place >>= 1;
              last >>= 1;
            }
        }
      place >>= 1;
      last >>= 1;
    }
  if (n != merkle_frontier_count (proof->index))
    return FALSE;
  ret_frontier->size = proof->index;
  for (guint i = 0; i < n; i++)
    ret_frontier->nodes[i] = left[n - 1 - i];
  merkle_frontier_append (ret_frontier, leaf, made);
  return TRUE;
}
