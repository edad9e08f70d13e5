/* a /* b */ c */ -- d \
 e
SELECT /*+ H(a) */ 1 -- f