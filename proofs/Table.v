(* What the model decides, case by case, to be compared with what the code decides.

   tests/properties/test_proofs_agree.py goes through the same cases in the same
   order. Three tables, printed as texts, are kept in table.txt. *)

From Coq Require Import List Bool Arith ZArith String Ascii.
From Interlock Require Import Semilattice Limits Obligations Signals Kernel Waivers Mutation Strata Authority.
Import ListNotations.
Local Open Scope list_scope.

Definition bools := [false; true].

(* Bits as hexadecimal digits, four at a time, the first one the highest. *)

Definition digit (n : nat) : ascii := ascii_of_nat (if n <? 10 then 48 + n else 87 + n).
Definition bit (b : bool) : nat := if b then 1 else 0.

Fixpoint hex (bits : list bool) : string :=
  match bits with
  | a :: b :: c :: d :: rest => String (digit (8 * bit a + 4 * bit b + 2 * bit c + bit d)) (hex rest)
  | _ => EmptyString
  end.

(* A rule, and the waivers that there are for it. *)
Definition cell : Type := rule * list waiver.

Definition waiver_of (is_waived : bool) : list waiver := if is_waived then [Waiver 0 [0] 0 1 T] else [].

Definition decide (knows : bool) (closed closed' : bool) (items : nat) (cells : list cell) : bool :=
  let demand (c : bool) := if c then seq 0 items else [] in
  allowed (fun _ => knows) [Layer 0 (demand closed); Layer 1 (demand closed')]
    (map (fun c => lift 0 (snd c) (fst c)) cells).

(* First table: each of 288 rules beside each of the 96 that are enforced, in layers open and closed,
   with and without an item. *)

Definition duty (n : Z) : list (key * content) := [((0, Equal), Number n)].

Definition in_modes (modes : list mode) : list cell :=
  flat_map (fun l => flat_map (fun m => flat_map (fun d => flat_map (fun o =>
  flat_map (fun i => flat_map (fun is_waived => map (fun obliges =>
    (Rule 0 l 0 d o m i false None (if obliges : bool then duty 1 else []), waiver_of is_waived))
    (match d with Permit => bools | _ => [false] end))
    bools) bools) [T; F; E]) [Require; Forbid; Permit]) modes) [0; 1].

Definition pair_row (c : cell) : string :=
  hex (flat_map (fun other =>
    flat_map (fun closed => flat_map (fun closed' => map (fun items =>
      decide true closed closed' items [c; other]) [0; 1]) bools) bools) (in_modes [Enforce])).

(* Second table: any three of 22 rules that meet in places, limits and obligations. *)

Definition at_most (n : Z) : option (nat * bounds) := Some (0, Bound (Some n) None None 0).
Definition at_least (n : Z) : option (nat * bounds) := Some (0, Bound None (Some n) None 0).

Definition meeting : list cell :=
  flat_map (fun l =>
    let rule p d o i lim du := Rule 0 l p d o Enforce i false lim du in
    [ (rule 0 Require F false None [], []);
      (rule 0 Forbid E false None [], []);
      (rule 0 Permit T false None [], []);
      (rule 1 Permit T false None [], []);
      (rule 0 Permit T false None (duty 1), []);
      (rule 0 Permit T false None (duty 2), []);
      (rule 0 Permit E false None (duty 1), []);
      (rule 0 Require T false (at_most 1) [], []);
      (rule 0 Require T false (at_least 2) [], []);
      (rule 0 Require F false (at_most 1) [], waiver_of true);
      (rule 0 Require E true (at_least 2) [], []) ]) [0; 1].

(* Three members of a list, each in its turn no later than the one before. *)
Definition triples {A} (xs : list A) : list (A * A * A) :=
  let indexed := combine (seq 0 (List.length xs)) xs in
  flat_map (fun a => flat_map (fun b => map (fun c => (snd a, snd b, snd c))
    (firstn (S (fst b)) indexed)) (firstn (S (fst a)) indexed)) indexed.

Definition meeting_case (t : cell * cell * cell) : string :=
  let '(a, b, c) := t in
  hex (flat_map (fun knows => flat_map (fun closed => flat_map (fun closed' => map (fun items =>
    decide knows closed closed' items [a; b; c]) [0; 1; 2]) bools) bools) bools).

(* Third table: any three of these writes, made to a few objects. The place 0 is written,
   and a guard may ask whether there is anything at the place 1. *)

Definition always (_ : list (option value)) : outcome := T.
Definition never_known (_ : list (option value)) : outcome := E.
Definition if_any (seen : list (option value)) : outcome := match seen with [Some _] => T | _ => F end.

Definition on_number : list write :=
  flat_map (fun l => map (fun c => Write 0 l c [] always)
    [ Default (Whole 1); Default (Whole 3); Clamp (Some 2%Z) None; Clamp None (Some 4%Z); Clamp (Some 5%Z) None;
      Lock (Whole 3) []; Lock (Whole 9) []; Lock (Other 0) [] ]) [0; 1]
  ++ [ Write 0 0 (Default (Whole 1)) [1] if_any; Write 0 0 (Lock (Whole 3) []) [1] if_any;
       Write 0 1 (Lock (Whole 9) []) [] never_known; Write 1 0 (Default (Whole 7)) [] always;
       Write 0 0 (Lock (Whole 9) [Whole 0; Whole 3]) [] always;
       Write 0 1 (Lock (Whole 3) [Whole 6; Other 0]) [] always;
       Write 0 1 (Lock (Whole 1) [Whole 4]) [1] if_any; Write 0 1 (Unite 1) [] always ].

Definition on_list : list write :=
  [ Write 0 0 (Unite 1) [] always; Write 0 1 (Unite 2) [] always; Write 0 1 (Unite 5) [1] if_any;
    Write 1 1 (Default (Whole 7)) [] always; Write 0 0 (Clamp (Some 2%Z) None) [] always;
    Write 0 0 (Lock (Whole 9) [Whole 0]) [] always ].

Definition holding (v : option value) : object := fun p => match p with 0 => v | _ => None end.

Definition shown (v : option value) : ascii :=
  match v with
  | None => "-"
  | Some (Whole n) => digit (Z.to_nat n)
  | Some (Items s) => ascii_of_nat (97 + N.to_nat s)
  | Some (Other _) => "?"
  end.

Definition write_case (x : object) (t : write * write * write) : string :=
  let '(a, b, c) := t in
  String (shown (mutate [a; b; c] x 0)) (String (if settled [a; b; c] x then "." else "!") EmptyString).

Definition write_row (ws : list write) (v : option value) : string :=
  String.concat "" (map (write_case (holding v)) (triples ws)).

Definition table : list string :=
  map pair_row (in_modes [Enforce; Warn; Audit])
  ++ map meeting_case (triples meeting)
  ++ map (write_row on_number) [None; Some (Whole 0); Some (Whole 6); Some (Other 0)]
  ++ map (write_row on_list) [None; Some (Items 1); Some (Items 7); Some (Whole 0)].

Set Printing Width 1000000.
Eval vm_compute in table.
